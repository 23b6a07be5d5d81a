import { type FastifyReply } from 'fastify';

/**
 * A signal that is aborted when the client goes away before its answer is complete.
 *
 * Both the response and its connection are watched: the response of a pipelined request, waiting behind others, is not told
 * when the connection closes.
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
