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
  expect(
    recognise({ userAgent: edge, hints: { platformVersion: '15.0.0', architecture: 'x86', bitness: '64' } }),
  ).toEqual({
    system: 'windows-x86_64',
    lack: null,
    phone: false,
    browser: 'edge',
    systemName: 'Windows 11',
    software: 'Edge 142',
  });
  expect(recognise({ userAgent: windows, hints: { platformVersion: '10.0.0' } }).systemName).toBe('Windows 10');
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

const firefoxOnWindows = (words: string) => `Mozilla/5.0 (Windows NT ${words}; rv:144.0) Gecko/20100101 Firefox/144.0`;

test('Firefox on Windows tells its system by its name only', () => {
  expect(recognise({ userAgent: firefoxOnWindows('10.0; Win64; x64') })).toMatchObject({
    system: 'windows-x86_64',
    lack: null,
    browser: 'firefox',
    systemName: 'Windows',
  });
  expect(recognise({ userAgent: firefoxOnWindows('10.0; WOW64') }).system).toBe('windows-x86_64');
  expect(recognise({ userAgent: firefoxOnWindows('10.0') })).toMatchObject({ system: null, lack: 'bits' });
  expect(recognise({ userAgent: firefoxOnWindows('6.1; Win64; x64') })).toMatchObject({ system: null, lack: 'old' });
});

test('a Windows of 32 bits has no program, a browser of 32 bits on one of 64 does', () => {
  const hints = { platformVersion: '10.0.0', architecture: 'x86', bitness: '32' };
  expect(recognise({ userAgent: edge, hints: { ...hints, wow64: false } })).toMatchObject({
    system: null,
    lack: 'bits',
    systemName: 'Windows 10 (32-bit)',
  });
  expect(recognise({ userAgent: edge, hints: { ...hints, wow64: true } }).system).toBe('windows-x86_64');
});

test('on ARM, Windows 11 runs the program and Windows 10 does not', () => {
  const hints = { architecture: 'arm', bitness: '64' };
  expect(recognise({ userAgent: edge, hints: { ...hints, platformVersion: '15.0.0' } })).toMatchObject({
    system: 'windows-x86_64',
    systemName: 'Windows 11 (ARM)',
  });
  expect(recognise({ userAgent: edge, hints: { ...hints, platformVersion: '10.0.0' } })).toMatchObject({
    system: null,
    lack: 'arm',
  });
  expect(recognise({ userAgent: firefoxOnWindows('10.0; Win64; aarch64') }).system).toBe('windows-x86_64');
});

test('Windows before 10 has no program', () => {
  expect(recognise({ userAgent: windows.replace('10.0', '6.3') })).toMatchObject({ system: null, lack: 'old' });
  expect(recognise({ userAgent: windows, hints: { platformVersion: '0.3.0' } }).lack).toBe('old');
});

test('a browser that answers the question with nothing is known by its name', () => {
  expect(recognise({ userAgent: windows, hints: {} })).toMatchObject({
    system: 'windows-x86_64',
    systemName: 'Windows',
  });
  expect(
    recognise({ userAgent: windows, hints: { architecture: '', bitness: '', platformVersion: '' } }).lack,
  ).toBeNull();
});
