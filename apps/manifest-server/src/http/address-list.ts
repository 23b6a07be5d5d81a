import { BlockList, isIP } from 'node:net';

/** A list of addresses and CIDR ranges. It also finds an IPv4 address in its IPv6 form. */
export class AddressList {
  private readonly list = new BlockList();

  constructor(private readonly ranges: readonly string[]) {
    for (const range of ranges) {
      const [address = '', prefix] = range.split('/');
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      if (prefix === undefined) this.list.addAddress(address, family);
      else this.list.addSubnet(address, Number(prefix), family);
    }
  }

  has(address: string | undefined): boolean {
    if (this.ranges.length === 0) return false;
    const version = isIP(address ?? '');
    return version > 0 && this.list.check(address as string, version === 6 ? 'ipv6' : 'ipv4');
  }
}
