import type { BrowserContext, Locator, Page } from "playwright";
import { openBrowser } from "./browser";

type House = { url: string; password: string };
type Wish = { locale?: "ko-KR" | "en-US"; from?: string };

/** Longer than anything but a run takes, and short enough to see which step of a story failed. */
const STEP_MS = 15_000;

/** Somebody at a browser; whatever the browser complains about is kept, and every story ends by looking at it. */
export class Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly close: () => Promise<void>;
  /** Errors of scripts, of the console and of the content security policy. */
  readonly complaints: string[] = [];

  private constructor(page: Page, context: BrowserContext, close: () => Promise<void>) {
    this.page = page;
    this.context = context;
    this.close = close;
    page.setDefaultTimeout(STEP_MS);
    page.on("pageerror", (error) => this.complaints.push(`${page.url()}: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(`${page.url()}: ${message.text()}`);
    });
  }

  static async open(chromium: string, locale: Wish["locale"] = "ko-KR"): Promise<Visitor> {
    const { context, close } = await openBrowser(chromium, locale);
    return new Visitor(context.pages()[0] ?? (await context.newPage()), context, close);
  }

  /** Through our own page and the identity provider's, as a person does it. */
  static async signIn(chromium: string, house: House, account: string, wish: Wish = {}): Promise<Visitor> {
    const visitor = await Visitor.open(chromium, wish.locale);
    await visitor.signIn(house, account, wish.from ?? "/market");
    return visitor;
  }

  async signIn({ url, password }: House, account: string, from: string): Promise<void> {
    const { page } = this;
    await page.goto(`${url}/sign-in?from=${encodeURIComponent(from)}`);
    await page.getByRole("button", { name: /로그인|Sign in/ }).click();
    await page.getByRole("radio", { name: new RegExp(`${account}\\b`) }).check();
    const field = page.locator("input[type=password]");
    if ((await field.count()) > 0) await field.fill(password);
    await page.locator("button[type=submit]").first().click();
    await page.waitForURL(`${url}${from}`);
  }

  step(id: string): Locator {
    return this.page.locator(`.react-flow__node[data-id="${id}"]`);
  }

  handle(id: string, port: string): Locator {
    return this.step(id).locator(`[data-port="${port}"]`);
  }

  /** Presses on the one port and holds the button over the other, so that what the canvas says meanwhile can be read. */
  async holdOver(from: Locator, to: Locator): Promise<void> {
    await from.hover();
    const start = await middleOf(from);
    const end = await middleOf(to);
    await this.page.mouse.down();
    await this.page.mouse.move((start.x + end.x) / 2, (start.y + end.y) / 2, { steps: 6 });
    await this.page.mouse.move(end.x, end.y, { steps: 6 });
  }

  async drawLink(from: Locator, to: Locator): Promise<void> {
    await this.holdOver(from, to);
    await this.page.mouse.up();
  }
}

async function middleOf(place: Locator): Promise<{ x: number; y: number }> {
  const box = await place.boundingBox();
  if (!box) throw new Error("a port that is not on the screen cannot be linked by mouse");
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
