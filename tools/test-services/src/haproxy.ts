import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, type RunningServer, startServer, temporaryFolder } from './process.js';

export interface RunningHaproxy extends RunningServer {
  /** `http://127.0.0.1:port`. */
  url: string;
}

/**
 * Starts Debian's haproxy in front of replicas of a server (`http://127.0.0.1:port` each). They get the requests in turn. If a
 * replica does not answer, another one gets the request. A replica whose `healthPath` does not answer 200 gets no requests.
 */
export async function startHaproxy(replicas: readonly string[], healthPath: string): Promise<RunningHaproxy> {
  const folder = await temporaryFolder('haproxy');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const file = join(folder.path, 'haproxy.cfg');
  await writeFile(
    file,
    `global
  maxconn 4000
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  option redispatch 1
  retries 3
  retry-on all-retryable-errors
frontend front
  bind 127.0.0.1:${port}
  option forwardfor
  http-request set-header X-Forwarded-Proto http
  default_backend replicas
backend replicas
  balance roundrobin
  option httpchk GET ${healthPath}
  http-check expect status 200
  default-server inter 300ms fall 2 rise 1
${replicas.map((replica, index) => `  server replica${index} ${new URL(replica).host} check`).join('\n')}
`,
  );
  const server = await startServer({
    command: '/usr/sbin/haproxy',
    args: ['-db', '-f', file],
    ready: async () => (await fetch(url + healthPath)).status === 200,
  });
  return {
    ...server,
    url,
    async stop() {
      await server.stop();
      await folder.remove();
    },
  };
}
