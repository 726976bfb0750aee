/** A browser on the fake build: contexts by language, theme and size, with everything that goes wrong written down. */
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { serve, type Played } from './server';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

export interface Opened {
  page: Page;
  context: BrowserContext;
  /** Exceptions, blocked styles and scripts, and other errors of the console. */
  trouble: string[];
}

/** The browser that the page believes it is in. */
export interface Guise {
  userAgent: string;
  /** What client hints answer; null if the browser has none. */
  hints: Record<string, string | boolean> | null;
}

export interface Settings {
  language: 'ja' | 'en';
  size: { width: number; height: number };
  scale?: number;
  guise?: Guise;
}

export class Stage {
  private constructor(
    private readonly browser: Browser,
    private readonly close: () => void,
    private readonly address: string,
    /** What the server answers. */
    readonly played: Played,
  ) {}

  static async open(): Promise<Stage> {
    const played: Played = { loggedIn: false, open: true, contract: 'own', factor: false, language: 'ja', rows: [] };
    const server = await serve(played);
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
    return new Stage(browser, server.close, server.address, played);
  }

  async page({ language, size, scale = 1, guise }: Settings): Promise<Opened> {
    this.played.language = language;
    const context = await this.browser.newContext({
      viewport: size,
      deviceScaleFactor: scale,
      locale: language === 'ja' ? 'ja-JP' : 'en-US',
      reducedMotion: 'reduce',
      baseURL: this.address,
      ...(guise ? { userAgent: guise.userAgent } : {}),
    });
    if (guise)
      await context.addInitScript((hints) => {
        const value = hints ? { getHighEntropyValues: () => Promise.resolve(hints) } : undefined;
        Object.defineProperty(navigator, 'userAgentData', { value });
      }, guise.hints);
    const page = await context.newPage();
    const trouble: string[] = [];
    page.on('pageerror', (error) => trouble.push(String(error)));
    page.on('console', (message) => {
      const expected = /status of (401|404|409|422)|Not found: /.test(message.text());
      if (message.type() === 'error' && !expected) trouble.push(message.text());
    });
    return { page, context, trouble };
  }

  async end(): Promise<void> {
    await this.browser.close();
    this.close();
  }
}
