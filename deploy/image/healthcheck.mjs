// Exits with 0 if the server in this container responds. PORT, HOST and SERVER_CONTEXT_PATH say where it listens.
const { PORT = '8080', HOST = '', SERVER_CONTEXT_PATH = '' } = process.env;
const host = ['', '0.0.0.0', '::'].includes(HOST) ? '127.0.0.1' : HOST;
const contextPath = SERVER_CONTEXT_PATH.replace(/^\/+|\/+$/g, '');
const path = [contextPath, 'health/live'].filter(Boolean).join('/');
const url = `http://${host.includes(':') ? `[${host}]` : host}:${PORT}/${path}`;
try {
  const { status } = await fetch(url, { signal: AbortSignal.timeout(4000) });
  if (status !== 200) throw new Error(`answers ${status}`);
} catch (error) {
  console.error(`${url}: ${error.cause?.message ?? error.message}`);
  process.exit(1);
}
