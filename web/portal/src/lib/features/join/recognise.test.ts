import { expect, test } from 'vitest';
import { recognise } from './recognise';

const windows =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';
const edge = `${windows} Edg/142.0.0.0`;
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const mac =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15';
const android =
  'Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36';

test('each browser gets the program that runs on its system', () => {
  expect(recognise({ userAgent: edge, windowsVersion: 15 })).toEqual({
    system: 'windows-x86_64',
    phone: false,
    browser: 'edge',
    systemName: 'Windows 11',
    software: 'Edge 142',
  });
  expect(recognise({ userAgent: windows, windowsVersion: 10 }).systemName).toBe('Windows 10');
  expect(recognise({ userAgent: firefox })).toMatchObject({
    system: 'linux-x86_64',
    browser: 'firefox',
    systemName: 'Linux',
    software: 'Firefox 140',
  });
});

test('systems without a program get none', () => {
  expect(recognise({ userAgent: mac })).toMatchObject({ system: null, systemName: 'macOS', phone: false });
  expect(recognise({ userAgent: mac, touchPoints: 5 })).toMatchObject({
    system: null,
    systemName: 'iPad',
    phone: true,
  });
  expect(recognise({ userAgent: android })).toMatchObject({ system: null, phone: true, systemName: 'Android' });
  expect(recognise({ userAgent: 'Mozilla/5.0 (X11; Linux aarch64)' }).system).toBeNull();
  expect(recognise({ userAgent: '' })).toMatchObject({ system: null, systemName: '', software: '' });
});
