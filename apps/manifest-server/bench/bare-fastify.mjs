// A Fastify without anything of ours, in a process of its own: an empty route, and one that sends bytes it was given.
import Fastify from 'fastify';

const app = Fastify();
let bytes = Buffer.alloc(0);
app.addContentTypeParser('application/gzip', { parseAs: 'buffer', bodyLimit: 1 << 26 }, (_request, body, done) =>
  done(null, body),
);
app.get('/empty', (_request, reply) => reply.send());
app.put('/bytes', { bodyLimit: 1 << 26 }, (request, reply) => {
  bytes = request.body;
  return reply.send();
});
app.get('/bytes', (_request, reply) =>
  reply.headers({ 'content-type': 'application/xml', 'content-encoding': 'gzip' }).send(bytes),
);
await app.listen({ port: 0, host: '127.0.0.1' });
process.send(app.server.address().port);
