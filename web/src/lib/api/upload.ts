import { errorFrom, unreachable } from './error.ts';

interface Upload {
  file: File;
  /** Where to, with the query. */
  path: string;
  workspaceId: string | undefined;
  onprogress: (sent: number, total: number) => void;
  signal?: AbortSignal;
}

/** Sends a file as it is. XMLHttpRequest, because no other way of asking says how much was sent so far. */
export function upload<T>({ file, path, workspaceId, onprogress, signal }: Upload): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    request.responseType = 'json';
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    if (workspaceId) request.setRequestHeader('Heedful-Workspace', workspaceId);
    request.upload.onprogress = (event) => onprogress(event.loaded, event.total);
    request.onerror = () => reject(unreachable());
    request.onabort = () => reject(new DOMException('The upload was stopped.', 'AbortError'));
    request.onload = () => {
      const body: unknown = request.response;
      if (request.status === 201) resolve(body as T);
      else reject(errorFrom(request.status, body, request.getResponseHeader('Retry-After')));
    };
    signal?.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}
