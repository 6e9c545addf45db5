import type { Budget } from "#server/protocol/agreement";
import type { Limits } from "#server/protocol/limits";
import { limitTexts } from "#server/protocol/parameter-limits";
import type { RestoreView } from "#server/protocol/set-back";
import type { OwnerOffer } from "../agreements/set-offer";
import type { HostedRunRow } from "../hosting/list-hosted-runs";
import type { Peer } from "../hosting/peers";
import { keyChangeOf } from "../keys/forbid-peer-key";
import { choiceFields, documentLines, limitFields } from "./agreement-pages";
import { type Html, html, type Part } from "./html";
import type { WideningStatement } from "./owner-door";
import { csrfField, numberText, reasonText, stateMark, timeText, type View } from "./page";
import { fill } from "./texts";

function boundText(view: View, bounds: Budget): Part {
  const lines = Object.entries(bounds)
    .filter(([, most]) => most !== null)
    .map(([name, most]) => html`<small>${view.t.term[name as "runs"]} ${numberText(view, most ?? 0)}</small>`);
  return lines.length > 0 ? lines : view.t.agreements.noEnd;
}

export function offersBody(view: View, offers: OwnerOffer[]): Html {
  const { offers: words, agreements, term } = view.t;
  if (offers.length === 0) return html`<p class="lead">${words.text}</p><p>${words.none}</p>`;
  const lines = offers.map(
    ({ app, document, decidedBy, decidedAt }) => html`<tr><td>${app}</td><td>${words.word[document.remote]}</td>
<td>${boundText(view, document.perUser)}</td><td>${boundText(view, document.total)}</td>
<td class="n">${numberText(view, document.maxConcurrent)}</td><td class="n">${numberText(view, document.maxDays)}</td>
<td>${decidedBy ?? words.fromManifest}<small>${decidedAt ? timeText(view, decidedAt) : ""}</small></td>
<td><a href="/operator/offers/${app}">${words.edit}</a></td></tr>`,
  );
  return html`<p class="lead">${words.text}</p><div class="scroll"><table><thead><tr><th>${agreements.app}</th>
<th>${words.remote}</th><th>${words.perUser}</th><th>${words.total}</th><th class="n">${term.maxConcurrent}</th>
<th class="n">${words.maxDays}</th><th>${words.decided}</th><th></th></tr></thead><tbody>${lines}</tbody></table></div>`;
}

const numberField = (label: string, name: string, amount: number | null, isNeeded: boolean) =>
  html`<label>${label}<input name="${name}" inputmode="numeric" pattern="[0-9]*" autocomplete="off" value="${amount}"${isNeeded ? html` required` : ""}></label>`;

/** The owner's policy for one app, to be changed. */
export function offerBody(view: View, { app, document }: OwnerOffer): Html {
  const { offers: words, term, perRun } = view.t;
  const bounds = (group: "perUser" | "total") =>
    html`<fieldset><legend>${words[group]}</legend>${Object.entries(document[group]).map(([name, most]) =>
      numberField(term[name as "runs"], `${group}.${name}`, most, false),
    )}</fieldset>`;
  const ceilings = Object.entries(document.perRun).map(([name, most]) =>
    numberField(perRun[name as keyof Limits], `perRun.${name}`, most, true),
  );
  const remotes = Object.entries(words.word).map(
    ([word, text]) => html`<option value="${word}"${word === document.remote ? html` selected` : ""}>${text}</option>`,
  );
  return html`<p class="lead">${words.blank}</p><div class="card">
<form class="fields" method="post" action="/operator/offers/${app}">${csrfField(view.call)}
<label>${words.remote}<select name="remote">${remotes}</select></label>
${numberField(term.maxConcurrent, "maxConcurrent", document.maxConcurrent, true)}
${numberField(words.maxDays, "maxDays", document.maxDays, true)}${choiceFields(view, document)}
${limitFields(view, document, term.offerLimitsHint, limitTexts(document.parameters).join("\n"))}
${bounds("perUser")}${bounds("total")}<fieldset><legend>${perRun.title}</legend>${ceilings}</fieldset>
<div class="wide"><button>${words.button}</button></div></form></div>`;
}

/** Its operator says by voice whether the announced fingerprint is theirs. */
function nextKeyOf(view: View, peer: Peer): Html {
  const { peers: words } = view.t;
  const change = keyChangeOf(peer);
  if (!change) return html``;
  const isForbidden = change.forbiddenBy !== null;
  const text = fill(isForbidden ? words.nextKeyForbidden : words.nextKey, { fingerprint: change.fingerprint });
  if (isForbidden) return html`<small>${text}</small>`;
  return html`<small>${text} · ${timeText(view, new Date(change.effectiveAt))}</small>
<form method="post" action="/operator/peers/${peer.name}/forbid-key-change">${csrfField(view.call)}<button class="quiet">${words.forbidKey}</button></form>`;
}

export function peersBody(view: View, peers: Peer[]): Html {
  const { peers: words, agreements, change } = view.t;
  if (peers.length === 0) return html`<p class="lead">${words.text}</p><p>${words.none}</p>`;
  const lines = peers.map((peer) => {
    const verb = peer.suspendedAt === null ? "suspend" : "resume";
    const mark = peer.suspendedAt !== null ? words.suspended : peer.suspendedByHubAt !== null ? words.byHub : words.ok;
    return html`<tr><td>${peer.name}</td><td>${stateMark(mark === words.ok ? "ACCEPTED" : "SUSPENDED", mark)}</td>
<td><code>${peer.jkt.slice(0, 16)}…</code>${nextKeyOf(view, peer)}</td><td>${peer.gateway}</td><td class="w">${timeText(view, peer.acceptedAt)}</td>
<td><form method="post" action="/operator/peers/${peer.name}/${verb}">${csrfField(view.call)}<button class="quiet">${change[verb]}</button></form></td></tr>`;
  });
  return html`<p class="lead">${words.text}</p><div class="scroll"><table><thead><tr><th>${words.name}</th>
<th>${agreements.state}</th><th>${words.key}</th><th>${words.gateway}</th><th>${words.since}</th><th></th></tr></thead><tbody>${lines}</tbody></table></div>`;
}

export function hostedRunsBody(view: View, rows: HostedRunRow[]): Html {
  const { runs: words } = view.t;
  const lines = rows.map((row) => {
    const state = row.outcome ?? row.state;
    return html`<tr><td>${row.home}</td><td>${row.app}</td><td>${row.step}<small>${fill(words.attempt, { attempt: row.attempt })}</small></td>
<td>${stateMark(state, state)}</td><td>${row.reason ? reasonText(view, row.reason) : "–"}</td>
<td class="w">${timeText(view, row.createdAt)}</td><td class="w">${timeText(view, row.startedAt)}</td>
<td class="w">${timeText(view, row.endedAt)}</td><td><a href="/operator/agreements/${row.agreementId}">${words.agreement}</a></td></tr>`;
  });
  const table = html`<div class="scroll"><table><thead><tr><th>${words.home}</th><th>${words.app}</th><th>${words.step}</th>
<th>${words.state}</th><th>${words.reason}</th><th>${words.began}</th><th>${words.started}</th><th>${words.ended}</th><th></th></tr></thead><tbody>${lines}</tbody></table></div>`;
  return html`<p class="lead">${words.text}</p><div id="runs" data-live>${rows.length > 0 ? table : html`<p>${words.none}</p>`}</div>`;
}

export type StatusFacts = {
  isFresh: boolean;
  ageMs: number;
  queued: number;
  slots: number;
  slotsUsed: number;
  hosted: number;
  untold: number;
  fingerprint: string;
  restore: RestoreView | null;
};

export function statusBody(view: View, facts: StatusFacts): Html {
  const { status: words } = view.t;
  const seconds = Math.round(facts.ageMs / 1000);
  const age =
    seconds < 120
      ? fill(words.seconds, { count: seconds })
      : fill(words.minutes, { count: numberText(view, Math.round(seconds / 60)) });
  const hub = stateMark(facts.isFresh ? "ACTIVE" : "FAILED", fill(facts.isFresh ? words.fresh : words.stale, { age }));
  const { ctx } = view.call;
  const open = facts.restore?.open ?? [];
  const restored =
    open.length > 0
      ? html`<p class="note warn" role="status">${fill(words.restored, { open: open.join(", ") })}</p>`
      : "";
  return html`<div class="card" id="status" data-live>${restored}<dl><dt>${words.hub}</dt><dd>${hub}<small>${ctx.hub.url}</small></dd>
<dt>${words.slots}</dt><dd>${fill(words.of, { used: facts.slotsUsed, total: facts.slots })}</dd>
<dt>${words.queue}</dt><dd>${numberText(view, facts.queued)}</dd><dt>${words.hosted}</dt><dd>${numberText(view, facts.hosted)}</dd>
<dt>${words.untold}</dt><dd>${numberText(view, facts.untold)}</dd><dt>${words.address}</dt><dd>${ctx.url}</dd>
<dt>${words.key}</dt><dd><code>${facts.fingerprint}</code></dd></dl></div>`;
}

/** What a person is about to decide, exactly as the issuer is going to confirm it. */
export function confirmBody(view: View, statement: WideningStatement, digest: string, issuerUrl: string): Html {
  const { confirm: words } = view.t;
  return html`<p class="lead">${words.text}</p><div class="card"><dl><dt>${words.action[statement.action]}</dt><dd><code>${statement.subject}</code></dd>
${"budget" in statement.document ? documentLines(view, statement.document) : ""}
<dt>${words.digest}</dt><dd><code>${digest}</code></dd></dl></div>
<h2>${words.document}</h2><pre>${JSON.stringify(statement, null, 2)}</pre>
<p class="row"><a class="button" href="${issuerUrl}">${words.button}</a><a class="button quiet" href="/operator">${words.cancel}</a><span class="lead">${words.minutes}</span></p>`;
}
