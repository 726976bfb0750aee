import { afterEach, expect, test, vi } from 'vitest';
import { api, relayAddress } from './client';
import { ApiError } from './errors';

const answer = (status: number, body: string) =>
  vi.stubGlobal(
    'fetch',
    vi.fn(() => Promise.resolve(new Response(body, { status }))),
  );

afterEach(() => vi.unstubAllGlobals());

test('an error body becomes a typed error with code and waiting time', async () => {
  answer(429, '{"code":"too_many","retry_after_ms":4000}');
  await expect(api.me()).rejects.toMatchObject({ code: 'too_many', status: 429, retryAfterMs: 4000 });
});

test('an answer that is not JSON is named unexpected and does not break the page', async () => {
  answer(502, '<html>Bad gateway</html>');
  await expect(api.me()).rejects.toMatchObject({ code: 'unexpected', status: 502 });
  answer(500, '"just text"');
  await expect(api.me()).rejects.toMatchObject({ code: 'unexpected', status: 500 });
});

test('no answer at all is named offline', async () => {
  vi.stubGlobal(
    'fetch',
    vi.fn(() => Promise.reject(new TypeError('failed'))),
  );
  await expect(api.server()).rejects.toBeInstanceOf(ApiError);
  await expect(api.server()).rejects.toMatchObject({ code: 'offline', status: 0 });
});

test('a session id cannot leave its place in the path', async () => {
  answer(200, 'null');
  await api.endSession('../login?x');
  expect(vi.mocked(fetch).mock.calls[0]?.[0]).toBe('/api/v1/sessions/..%2Flogin%3Fx/end');
});

test('the relay is dialled on the host of the page', () => {
  expect(relayAddress(new URL('http://localhost:8080/join'))).toBe('ws://localhost:8080/relay');
  expect(relayAddress(new URL('https://support.example.com/console'))).toBe('wss://support.example.com/relay');
});
