import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import type { OfferDocument } from "#server/protocol/offer";
import { listOwnOffers, setOwnOffer } from "#server/protocol/owner-door";
import type { RunView } from "#server/protocol/run-view";
import { Person, until } from "./command-line";
import { type Lab, openLab } from "./lab";
import { registerApp } from "./sample-apps";

const journalApp = join(import.meta.dirname, "journal-app");

export type Story = {
  id: string;
  /** What the portal is given; the same again is the same run. */
  submission: { id: string; workflow: object; home: string; inputs: { seconds?: number[] } };
  /** One line for each start of the app, by whatever started it. */
  starts: () => string[];
};

type Plot = { seconds: number[]; app?: string; home?: string; isStubborn?: boolean; attempts?: number };

/** A lab with people and journal apps, and what its stories have in common. */
export class LabStories {
  readonly lab: Lab;
  readonly folder: string;
  readonly researcher: Person;
  readonly provider: Person;
  /** The one that everybody may use in bio. */
  readonly app: string;
  readonly close: () => Promise<void>;

  private constructor(parts: Pick<LabStories, "lab" | "folder" | "researcher" | "provider" | "app" | "close">) {
    this.lab = parts.lab;
    this.folder = parts.folder;
    this.researcher = parts.researcher;
    this.provider = parts.provider;
    this.app = parts.app;
    this.close = parts.close;
  }

  static async open(): Promise<LabStories> {
    const { lab, close } = await openLab();
    const folder = mkdtempSync(join(tmpdir(), "krdc 장부 "));
    try {
      const researcher = await Person.as(lab.where, "researcher");
      const provider = await Person.as(lab.where, "provider");
      const app = await registerApp(lab.where, "bio", "journal", { from: journalApp, by: provider });
      const closeAll = async () => {
        await close();
        rmSync(folder, { recursive: true, force: true });
      };
      return new LabStories({ lab, folder, researcher, provider, app, close: closeAll });
    } catch (error) {
      await close();
      throw error;
    }
  }

  /** An app of its own under an offer of its own, so that taking it away touches nothing else. */
  async anApp(name: string, terms: Partial<OfferDocument> = {}): Promise<string> {
    const reference = await registerApp(this.lab.where, "bio", "journal", {
      from: journalApp,
      name,
      by: this.provider,
    });
    const door = this.lab.doorOf("bio");
    const offer = (await listOwnOffers(door)).find(({ app }) => app === name);
    if (!offer) throw new Error(`no offer of ${name}`);
    await setOwnOffer(door, name, { ...offer.document, ...terms });
    return reference;
  }

  /** One remote step of as many instances as there are durations. */
  story({ seconds, app = this.app, home = "materials", isStubborn = false, attempts = 1 }: Plot): Story {
    const id = randomUUID();
    const journal = join(this.folder, id);
    const title = { ko: "이야기", en: "Story" };
    const values = { journal, seconds: { from: "inputs.seconds" }, ...(isStubborn ? { stubborn: true } : {}) };
    const workflow = {
      ...{ schema: "krdc.workflow/v1", title, inputs: { seconds: { type: "number[]" } } },
      steps: { count: { app, with: values, scatter: ["seconds"], retry: { attempts } } },
      outputs: { counted: { from: "count.out" } },
    };
    const starts = () => (existsSync(journal) ? readFileSync(journal, "utf8").trim().split("\n") : []);
    return { id, submission: { id, workflow, home, inputs: { seconds } }, starts };
  }

  /** A remote step, and another one that needs what it made. */
  twoInARow({ app = this.app, seconds }: { app?: string; seconds: number }): Story {
    const story = this.story({ seconds: [] });
    const values = { journal: join(this.folder, story.id) };
    const steps = {
      first: { app, with: { ...values, seconds } },
      second: { app, with: { ...values, input: { from: "first.out" } } },
    };
    const workflow = { ...story.submission.workflow, steps, inputs: {}, outputs: {} };
    return { ...story, submission: { ...story.submission, workflow, inputs: {} } };
  }

  /** True when the portal said that it has taken the run in. */
  async trySubmit({ submission }: Story): Promise<boolean> {
    const answer = await this.researcher.post("/api/v1/runs", submission).catch(() => undefined);
    if (answer && answer.status >= 400 && answer.status < 500) throw new Error(await answer.text());
    return answer?.ok === true;
  }

  /** Asks again until it is taken in. */
  async submit(story: Story): Promise<void> {
    await until("a run that was taken in", async () => ((await this.trySubmit(story)) ? true : undefined), 60_000);
  }

  untilStarts = (story: Story, count: number, timeoutMs = 60_000): Promise<true> =>
    until(
      `${count} starts`,
      () => (story.starts().length >= count ? true : undefined),
      timeoutMs,
      () => story.starts().length,
    );

  /** One terminal state and one start for each instance, whatever happened meanwhile. */
  async endsRight(story: Story, timeoutMs = 120_000): Promise<RunView> {
    const view = await this.researcher.untilOver(story.id, timeoutMs);
    const count = view.steps.length;
    const good = view.steps.filter(
      ({ state, end, attempt }) => state === "SUCCEEDED" && end === state && attempt === 1,
    );
    const told = JSON.stringify(view.steps.find((step) => !good.includes(step)));
    expect({ good: good.length, starts: story.starts().length, apart: new Set(story.starts()).size }, told).toEqual({
      ...{ good: count, starts: count, apart: count },
    });
    return view;
  }

  async everythingHolds(): Promise<void> {
    const said = await until(
      "an answer of everybody",
      async () => {
        const answer = await this.researcher.krdc("check");
        return answer.err.includes("unavailable") ? undefined : answer;
      },
      60_000,
    );
    expect({ code: said.code, out: said.out }, said.err).toEqual({ code: 0, out: "Everything holds.\n" });
  }
}
