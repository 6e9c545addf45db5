import { failpoint } from "#server/failpoint";
import { detachedExitCode, type ProxyAttempt, type ProxyView, proxyView } from "#server/protocol/proxy-api";
import { ask, pause, retryAfter } from "./ask";
import { LogMirror } from "./mirror-log";
import { nextStep, type ProxyStep } from "./next-step";

const repeatedCancelMs = 5000;
/** Of a scattered step's instances so many are moved, and so many logs followed, at once. */
const atOnce = 8;

/** Detach, never cancel: whoever wants the remote step cancelled says so at the gateway. */
const detach = () => process.exit(detachedExitCode);
process.on("SIGTERM", detach);
process.on("SIGINT", detach);

async function look(known: string, wait: number): Promise<ProxyView> {
  const response = await ask("GET", `/view?known=${encodeURIComponent(known)}&wait=${wait}`, wait + 15);
  // Another proxy stands for our attempts now, or nobody does: this one has nothing left to show.
  if (!response.ok) detach();
  return proxyView.parse(await response.json());
}

type Move = Exclude<ProxyStep, "watch">;

/** One attempt as this process deals with it. */
class Charge {
  readonly #mirror: LogMirror;
  #toldCancelAt = 0;
  #refusals = 0;
  #seen = "";
  isBusy = false;

  constructor(attempt: ProxyAttempt) {
    this.#mirror = new LogMirror(attempt.id, attempt.label);
  }

  followLog(): void {
    this.#mirror.follow();
  }

  finish(): Promise<void> {
    return this.#mirror.finish();
  }

  /** What is to be done for it now. */
  next(attempt: ProxyAttempt): ProxyStep {
    return nextStep(attempt, Date.now() - this.#toldCancelAt < repeatedCancelMs);
  }

  /** Does it; asked again in vain it waits a little longer each time. */
  async move(attempt: ProxyAttempt, step: Move): Promise<void> {
    const state = `${step}:${attempt.submission}:${attempt.remote}`;
    this.#refusals = state === this.#seen ? this.#refusals + 1 : 0;
    this.#seen = state;
    if (step === "cancel") this.#toldCancelAt = Date.now();
    if (this.#refusals > 0) await pause(retryAfter(this.#refusals));
    failpoint(`proxy.${step}.before-send`);
    await ask("POST", `/attempts/${attempt.id}/${step}`, 900);
    failpoint(`proxy.${step}.after-send`);
  }
}

/** Looks, decides, does: until nothing is left of what this proxy stands for. */
class ProxyApp {
  readonly #charges = new Map<string, Charge>();
  #wake = () => {};

  async run(): Promise<number> {
    let [known, wait] = ["", 0];
    for (;;) {
      const view = await look(known, wait);
      known = view.version;
      await this.#finishMissing(view);
      if (view.exitCode !== null) return view.exitCode;
      // After a move its own result is looked at without waiting: refused ones leave no other mark than that.
      const isMoving = this.#deal(view);
      if (isMoving) await this.#changed();
      wait = isMoving ? 0 : view.attempts.some((attempt) => attempt.isCancelRequested) ? 2 : 20;
    }
  }

  #countBusy = () => [...this.#charges.values()].filter((charge) => charge.isBusy).length;

  /** Begins what can be begun now; true when an answer is awaited. */
  #deal(view: ProxyView): boolean {
    const charges = view.attempts.map((attempt) => ({ attempt, charge: this.#chargeOf(attempt) }));
    for (const { charge } of charges.filter(({ attempt }) => attempt.submission === "accepted").slice(0, atOnce)) {
      charge.followLog();
    }
    for (const { charge, attempt } of charges) {
      const step = charge.next(attempt);
      if (step === "watch" || charge.isBusy) continue;
      if (this.#countBusy() >= atOnce) break;
      this.#begin(charge, attempt, step);
    }
    return this.#countBusy() > 0;
  }

  #chargeOf(attempt: ProxyAttempt): Charge {
    const known = this.#charges.get(attempt.id) ?? new Charge(attempt);
    this.#charges.set(attempt.id, known);
    return known;
  }

  #begin(charge: Charge, attempt: ProxyAttempt, step: Move): void {
    charge.isBusy = true;
    void charge.move(attempt, step).then(() => {
      charge.isBusy = false;
      this.#wake();
    });
  }

  /** Until some move is done, or it is time to look at the others. */
  #changed = () =>
    Promise.race([
      new Promise<void>((resolve) => {
        this.#wake = resolve;
      }),
      pause(1000),
    ]);

  async #finishMissing(view: ProxyView): Promise<void> {
    const live = new Set(view.attempts.map((attempt) => attempt.id));
    for (const [id, charge] of this.#charges) {
      if (live.has(id)) continue;
      this.#charges.delete(id);
      await charge.finish();
    }
  }
}

process.exit(await new ProxyApp().run());
