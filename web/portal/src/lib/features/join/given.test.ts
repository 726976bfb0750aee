import { expect, test, vi } from 'vitest';
import { given, takeGiven } from './given';

const take = (hash: string) => {
  const history = { state: 7, replaceState: vi.fn() };
  const digits = takeGiven({ hash, pathname: '/join', search: '?lang=ja' }, history as unknown as History);
  return { digits, left: history.replaceState.mock.calls };
};

test('what is handed over is read once and stands in the address no more', () => {
  expect(take(given('48219037'))).toEqual({ digits: '48219037', left: [[7, '', '/join?lang=ja']] });
  expect(take(given('4821903755')).digits).toBe('4821903755');
});

test('what is no code is taken out too, and nothing is made of it', () => {
  for (const bad of ['', '4821', '482190371', '4821 9037', '４８２１９０３７', '48219037&x=1', '<b>'])
    expect(take(`#code=${bad}`)).toMatchObject({ digits: '', left: [[7, '', '/join?lang=ja']] });
});

test('another fragment is not ours', () => {
  expect(take('#how')).toEqual({ digits: '', left: [] });
  expect(take('')).toEqual({ digits: '', left: [] });
});
