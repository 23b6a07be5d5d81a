import { type FastifyReply } from 'fastify';

/**
 * Returns a signal that is aborted when the client disconnects before its answer is complete.
 *
 * It watches the response and its connection. The response of a pipelined request gets no event when the connection closes.
 */
export function clientGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  const { raw } = reply;
  const { socket } = reply.request.raw;
  const gone = () => {
    socket.off('close', gone);
    if (!raw.writableFinished) controller.abort(new DOMException('the client is gone', 'AbortError'));
  };
  raw.once('close', gone);
  socket.once('close', gone);
  if (socket.destroyed) gone();
  return controller.signal;
}
