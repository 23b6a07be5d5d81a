import { type StoredInstance } from '../storage/image-store.js';
import { dimse, StoredDataSet } from './library.js';

/** Numbers of C-STORE sub-operations (PS3.4 C.4.2.1.6). */
export interface Progress {
  remaining: number;
  completed: number;
  failed: number;
}

/** Where C-MOVE sends images: an AE title and its address. */
export interface Destination {
  aeTitle: string;
  host: string;
  port: number;
}

interface SubOperations {
  instances: readonly StoredInstance[];
  /** Called after each image. */
  report(progress: Progress): void;
  /** Looked at before each image. */
  isCancelled(): boolean;
}

type StoreRequest = InstanceType<typeof dimse.requests.CStoreRequest>;

/** Sends instances one after the other by `send`, on the association of a C-GET. */
export async function sendBack(send: (request: StoreRequest) => void, operations: SubOperations): Promise<Progress> {
  await loadCodecs();
  const counter = new Counter(operations);
  for (const instance of operations.instances) {
    if (operations.isCancelled()) break;
    const request = storeRequest(instance);
    const outcome = outcomeOf(request);
    send(request);
    counter.count(await outcome);
  }
  return counter.progress;
}

/** Sends instances to a destination, on an association of its own. */
export async function sendTo(
  destination: Destination,
  callingAeTitle: string,
  operations: SubOperations,
): Promise<Progress> {
  await loadCodecs();
  const counter = new Counter(operations);
  if (operations.instances.length === 0) return counter.progress;
  const client = new dimse.Client();
  const outcomes = operations.instances.map((instance) => {
    const request = storeRequest(instance);
    client.addRequest(request);
    return outcomeOf(request).then((isStored) => counter.count(isStored));
  });
  const closed = new Promise<void>((resolve) => {
    client.on('closed', () => resolve());
    // Without a connection there is nothing to close.
    client.on('networkError', () => resolve());
    client.on('associationRejected', () => resolve());
  });
  client.send(destination.host, destination.port, callingAeTitle, destination.aeTitle);
  await Promise.race([closed, Promise.all(outcomes).then(() => closed)]);
  // What has no outcome by now has not been stored.
  const { remaining, completed, failed } = counter.progress;
  return { remaining: 0, completed, failed: failed + remaining };
}

/** The codecs of the library, in case a receiver does not accept what is stored. */
async function loadCodecs(): Promise<void> {
  if (!dimse.Transcoding.isInitialized()) await dimse.Transcoding.initializeAsync();
}

class Counter {
  readonly progress: Progress;

  constructor(private readonly operations: SubOperations) {
    this.progress = { remaining: operations.instances.length, completed: 0, failed: 0 };
  }

  count(isStored: boolean): void {
    this.progress.remaining -= 1;
    this.progress[isStored ? 'completed' : 'failed'] += 1;
    this.operations.report({ ...this.progress });
  }
}

/** Returns a C-STORE of an instance as it is stored. */
function storeRequest(instance: StoredInstance): StoreRequest {
  return new dimse.requests.CStoreRequest(new StoredDataSet(instance));
}

/** Whether the receiver has stored it. The library ends a request without a response if it cannot be sent. */
function outcomeOf(request: StoreRequest): Promise<boolean> {
  return new Promise((resolve) => {
    request.on('response', (response: { getStatus(): number }) => {
      const status = response.getStatus();
      // Warnings of storage are 0xB000 and above.
      resolve(status === dimse.constants.Status.Success || (status & 0xf000) === 0xb000);
    });
    request.on('done', () => resolve(false));
  });
}
