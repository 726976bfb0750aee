import { ApiError, api } from '@temoto/api';
import { afterEach, expect, test, vi } from 'vitest';
import { live } from '@temoto/session/fake';
import { Receipts } from './receipts';
import { Reporter } from './reporter';

afterEach(() => vi.restoreAllMocks());

const hash = '0123456789abcdef'.repeat(4);
const file = (name: string) => ({
  type: 'fileDone' as const,
  transfer: 1,
  way: 'send' as const,
  path: [name],
  name,
  size: 7,
  hash,
});

test('what the server does not take is not told again, and what it did not hear is', async () => {
  const report = vi.spyOn(api, 'report');
  const receipts = new Receipts();
  const view = live('en');
  const reporter = new Reporter(() => ({ view: null, receipts }));
  report.mockRejectedValue(new ApiError('malformed', 422));
  receipts.add(file('one'));
  await reporter.look('s', view);
  expect(receipts.next()).toEqual([]);
  report.mockRejectedValue(new ApiError('offline', 0));
  receipts.add(file('two'));
  await reporter.look('s', view);
  expect(receipts.next().map(({ name }) => name)).toEqual(['two']);
  report.mockResolvedValue(undefined as never);
  await reporter.look('s', view);
  expect(receipts.next()).toEqual([]);
  expect(report.mock.calls.at(-1)?.[1].files?.map(({ name }) => name)).toEqual(['two']);
});
