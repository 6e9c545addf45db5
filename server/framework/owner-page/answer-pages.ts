import { z } from "zod";
import { KrdcError } from "#server/errors";
import { appName, clusterName } from "#server/graph/app";
import { fingerprintOf } from "#server/protocol/keys";
import { offerDocument } from "#server/protocol/offer";
import { ownerTerms, withTerms } from "#server/protocol/owner-terms";
import { limitsOfWords } from "#server/protocol/parameter-limits";
import { decideAgreement, type OwnerChoice } from "../agreements/decide-agreement";
import { findOwnerAgreement, listOwnerAgreements, type OwnerAgreement } from "../agreements/list-owner-agreements";
import { listOffers, type OwnerOffer } from "../agreements/set-offer";
import { type Call, type Handler, param, proven } from "../gateway/call";
import { listHostedRuns } from "../hosting/list-hosted-runs";
import { listPeers, type Peer, suspendPeer } from "../hosting/peers";
import { getOwnStatus } from "../identity/get-own-status";
import { forbidPeerKey } from "../keys/forbid-peer-key";
import { agreementBody, agreementsBody } from "./agreement-pages";
import { askToConfirm, asPage } from "./answer-sign-in";
import { type Html, html } from "./html";
import { hostedRunsBody, offerBody, offersBody, peersBody, statusBody } from "./list-pages";
import { goTo, pageAnswer, type View, viewOf } from "./page";

const wordOf = (call: Call) => ({ by: `operator:${proven(call, "owner").sub}`, proof: { session: true } });

function idOf(call: Call): string {
  const id = z.uuid().safeParse(param(call, "id"));
  if (!id.success) throw new KrdcError("not_found", "agreement.not_found");
  return id.data;
}

/** What was just done, told once on the page to which a form leads. */
function doneNote({ t, call }: View): Html | "" {
  const done = call.query.get("done") ?? "";
  return Object.hasOwn(t.done, done) ? html`<p class="note" role="status">${t.done[done as "approved"]}</p>` : "";
}

const showing = (title: (view: View) => string, write: (view: View) => Promise<Html>): Handler =>
  asPage(async (call) => {
    const view = viewOf(call);
    return pageAnswer(view, { title: title(view), body: [doneNote(view), await write(view)] });
  });

export const showAgreements = showing(
  ({ t }) => t.nav.agreements,
  async (view) => agreementsBody(view, await listOwnerAgreements(view.call.ctx)),
);

export const showAgreement: Handler = asPage(async (call) => {
  const view = viewOf(call);
  const row = await findOwnerAgreement(call.ctx, idOf(call));
  return pageAnswer(view, { title: row.app, body: [doneNote(view), agreementBody(view, row)] });
});

export const showOffers = showing(
  ({ t }) => t.nav.offers,
  async (view) => offersBody(view, await listOffers(view.call.ctx)),
);

async function offerOf(call: Call): Promise<OwnerOffer> {
  const app = appName.safeParse(param(call, "app")).data;
  const found = (await listOffers(call.ctx)).find((offer) => offer.app === app);
  if (!found) throw new KrdcError("not_found", "agreement.app_not_offered");
  return found;
}

export const showOffer: Handler = asPage(async (call) => {
  const offer = await offerOf(call);
  const view = viewOf(call);
  return pageAnswer(view, { title: offer.app, body: offerBody(view, offer) });
});

export const showPeers = showing(
  ({ t }) => t.nav.peers,
  async (view) => peersBody(view, await listPeers(view.call.ctx)),
);

export const showHostedRuns = showing(
  ({ t }) => t.nav.runs,
  async (view) => hostedRunsBody(view, await listHostedRuns(view.call.ctx)),
);

export const showStatus = showing(
  ({ t }) => t.nav.status,
  async (view) => {
    const { ctx } = view.call;
    const untold = (await listOwnerAgreements(ctx)).filter(({ isTold }) => !isTold).length;
    const { hub, ...load } = await getOwnStatus(ctx);
    return statusBody(view, { ...load, ...hub, untold, fingerprint: fingerprintOf(ctx.key).join(" · ") });
  },
);

/** Blank fields are not there, numbers are numbers, `a.b` is b of a. */
function fieldsOf(form: URLSearchParams): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [name, text] of form) {
    const given = text.trim();
    if (name === "csrf" || given === "") continue;
    const amount: unknown = /^\d{1,15}$/.test(given) ? Number(given) : given;
    const [group = "", inner] = name.split(".");
    if (inner === undefined) fields[group] = amount;
    else fields[group] = { ...(fields[group] as object | undefined), [inner]: amount };
  }
  return fields;
}

/** The box of parameter limits, a line for each, as terms. */
function termFields(form: URLSearchParams): Record<string, unknown> {
  const { limits, ...fields } = fieldsOf(form);
  const lines = String(limits ?? "").split("\n");
  const words = lines.filter((line) => line.trim() !== "");
  return words.length > 0 ? { ...fields, parameters: limitsOfWords(words) } : fields;
}

function parsed<S extends z.ZodType>(schema: S, fields: unknown): z.output<S> {
  const read = schema.safeParse(fields);
  if (read.success) return read.data;
  const paths = read.error.issues.slice(0, 20).map(({ path }) => path.join("."));
  throw new KrdcError("invalid", "form.check_fields", { detail: { paths } });
}

type Verb = (call: Call, row: OwnerAgreement) => ReturnType<Handler>;

const narrowing =
  (done: string, choose: (call: Call) => OwnerChoice): Verb =>
  async (call, { id }) => {
    await decideAgreement(call.ctx, { ...wordOf(call), id, decision: choose(call) });
    return goTo(`/operator/agreements/${id}?done=${done}`);
  };

const refusalForm = z.strictObject({ reason: z.coerce.string().min(1).max(500) });

const verbs: Record<string, Verb> = {
  refuse: narrowing("refused", (call) => ({
    decision: "reject",
    reason: parsed(refusalForm, fieldsOf(proven(call, "form"))).reason,
  })),
  suspend: narrowing("suspended", () => ({ decision: "suspend" })),
  revoke: narrowing("revoked", () => ({ decision: "revoke" })),
  approve: (call, { id, document }) => {
    const terms = parsed(ownerTerms, termFields(proven(call, "form")));
    const widening = { action: "agreement.approve", subject: id } as const;
    const wanted = withTerms(document, terms, call.ctx.now());
    return askToConfirm(call, { ...widening, document: wanted }, { to: `/operator/agreements/${id}?done=approved` });
  },
  resume: (call, { id, document }) => {
    const widening = { action: "agreement.resume", subject: id, document } as const;
    return askToConfirm(call, widening, { to: `/operator/agreements/${id}?done=resumed` });
  },
};

export const postAgreementVerb: Handler = asPage(async (call) => {
  const verb = verbs[param(call, "verb")];
  if (!verb) throw new KrdcError("not_found", "not_found");
  return verb(call, await findOwnerAgreement(call.ctx, idOf(call)));
});

const unbounded = { runs: null, cpuSeconds: null, gpuSeconds: null, outputBytes: null };

export const postOffer: Handler = asPage(async (call) => {
  const { app } = await offerOf(call);
  const { perUser, total, ...fields } = termFields(proven(call, "form"));
  const bounds = (given: unknown) => ({ ...unbounded, ...(given as object | undefined) });
  const document = parsed(offerDocument, { ...fields, perUser: bounds(perUser), total: bounds(total) });
  return askToConfirm(call, { action: "offer.set", subject: app, document }, { to: "/operator/offers?done=offered" });
});

async function peerOf(call: Call): Promise<Peer> {
  const name = clusterName.safeParse(param(call, "name")).data;
  const peer = (await listPeers(call.ctx)).find((candidate) => candidate.name === name);
  if (!peer) throw new KrdcError("not_found", "peer.not_found");
  return peer;
}

export const postPeerSuspend: Handler = asPage(async (call) => {
  const { name } = await peerOf(call);
  await suspendPeer(call.ctx, { ...wordOf(call), name });
  return goTo("/operator/peers?done=suspended");
});

export const postForbidKeyChange: Handler = asPage(async (call) => {
  const { name } = await peerOf(call);
  await forbidPeerKey(call.ctx, { ...wordOf(call), name });
  return goTo("/operator/peers?done=keyForbidden");
});

export const postPeerResume: Handler = asPage(async (call) => {
  const { name, jkt, gateway } = await peerOf(call);
  const widening = { action: "peer.resume", subject: name, document: { jkt, gateway } } as const;
  return askToConfirm(call, widening, { to: "/operator/peers?done=resumed" });
});
