import { beforeEach, expect, test, vi } from 'vitest';
import { dropToken, keepDraft, loadDraft, takeToken } from './link';

let store: Map<string, string>;

beforeEach(() => {
  store = new Map();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => store.get(key) ?? null,
    setItem: (key: string, value: string) => store.set(key, value),
    removeItem: (key: string) => store.delete(key),
  });
  vi.stubGlobal('addEventListener', vi.fn());
  vi.stubGlobal('history', { state: null, replaceState: vi.fn() });
  vi.stubGlobal('location', { hash: '#00ff', pathname: '/verify', search: '?lang=ja' });
});

test('a secret leaves the address and survives a reload of the same page only', () => {
  expect(takeToken('verify')).toBe('00ff');
  expect(history.replaceState).toHaveBeenCalledWith(null, '', '/verify?lang=ja');
  vi.stubGlobal('location', { hash: '', pathname: '/verify', search: '' });
  expect(takeToken('verify')).toBe('00ff');
  expect(takeToken('reset')).toBe('');
  dropToken('verify');
  expect(takeToken('verify')).toBe('');
});

test('a form comes back as it was left, and nothing that it does not have', () => {
  const empty = { company: '', name: '' };
  expect(loadDraft('verify', empty)).toEqual(empty);
  keepDraft('verify', { company: 'A', evil: 'x' });
  expect(loadDraft('verify', empty)).toEqual({ company: 'A', name: '' });
  store.set('temoto.draft.verify', 'nonsense');
  expect(loadDraft('verify', empty)).toEqual(empty);
});
