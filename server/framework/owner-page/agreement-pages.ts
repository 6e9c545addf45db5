import type { AgreementDocument, Budget } from "#server/protocol/agreement";
import type { Limits } from "#server/protocol/limits";
import { limitTexts, type UseTerms } from "#server/protocol/parameter-limits";
import type { OwnerAgreement } from "../agreements/list-owner-agreements";
import { type Html, html, type Part } from "./html";
import { amountText, csrfField, numberText, reasonText, stateMark, timeText, type View } from "./page";
import { fill } from "./texts";

const budgetNames = ["runs", "cpuSeconds", "gpuSeconds", "outputBytes"] as const;
export const choiceNames = ["onRevoke", "onDisconnect", "onHubSilent"] as const;

const most = (view: View, name: string, amount: number | null) =>
  amount === null ? view.t.agreements.noEnd : amountText(view, name, amount);

function budgetLines(view: View, budget: Budget): Part {
  const lines = budgetNames
    .filter((name) => budget[name] !== null)
    .map((name) => html`<small>${view.t.term[name]} ${most(view, name, budget[name])}</small>`);
  return lines.length > 0 ? lines : view.t.agreements.noEnd;
}

function whoIs({ language }: View, row: OwnerAgreement): Part {
  const { requester, document } = row;
  if (!requester) return html`<code>${document.user.slice(0, 12)}</code><small>${document.organization}</small>`;
  return html`${requester.name[language]}<small>${requester.organization[language]}</small>`;
}

/** What is spent and set aside of each bound. */
function spentBars(view: View, row: OwnerAgreement): Html[] {
  const { t } = view;
  return budgetNames.map((name) => {
    const used = name === "runs" ? row.runsUsed : row.used[name];
    const reserved = name === "runs" ? 0 : row.reserved[name];
    const bound = row.document.budget[name];
    const share = (amount: number) => (bound ? Math.min(100, (100 * amount) / bound).toFixed(1) : "0");
    const words = [
      fill(t.term.used, { used: amountText(view, name, used) }),
      ...(reserved > 0 ? [fill(t.term.reserved, { reserved: numberText(view, reserved) })] : []),
      ...(bound === null ? [] : [fill(t.term.left, { left: numberText(view, Math.max(0, bound - used - reserved)) })]),
      bound === null ? t.agreements.noEnd : fill(t.term.of, { most: amountText(view, name, bound) }),
    ];
    const bar = html`<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="u" height="8" width="${share(used)}"/><rect class="r" height="8" x="${share(used)}" width="${share(reserved)}"/></svg>`;
    return html`<dt>${t.term[name]}</dt><dd>${bound === null ? "" : bar}<small>${words.join(" · ")}</small></dd>`;
  });
}

const stateOf = (view: View, row: OwnerAgreement) => stateMark(row.state, view.t.state[row.state]);
const link = (row: OwnerAgreement, text: string) => html`<a href="/operator/agreements/${row.id}">${text}</a>`;

function requestTable(view: View, rows: OwnerAgreement[]): Html {
  const { agreements: words } = view.t;
  if (rows.length === 0) return html`<p class="lead">${words.noRequests}</p>`;
  const lines = rows.map(
    (row) => html`<tr><td>${whoIs(view, row)}</td><td>${row.app}</td><td>${row.proposal?.purpose}</td>
<td>${budgetLines(view, row.document.budget)}</td><td class="w">${timeText(view, row.document.expires)}</td>
<td class="w">${timeText(view, row.createdAt)}</td><td>${link(row, words.open)}</td></tr>`,
  );
  return html`<div class="scroll"><table><thead><tr><th>${words.who}</th><th>${words.app}</th><th>${words.purpose}</th>
<th>${words.budget}</th><th>${words.period}</th><th>${words.asked}</th><th></th></tr></thead><tbody>${lines}</tbody></table></div>`;
}

function agreementTable(view: View, rows: OwnerAgreement[]): Html {
  const { agreements: words, term } = view.t;
  if (rows.length === 0) return html`<p class="lead">${words.none}</p>`;
  const lines = rows.map(
    (row) => html`<tr><td>${link(row, row.app)}</td><td>${whoIs(view, row)}</td><td>${stateOf(view, row)}</td>
<td class="n">${numberText(view, row.live)}</td>
<td class="w">${term.runs} ${numberText(view, row.runsUsed)} / ${most(view, "runs", row.document.budget.runs)}<small>${term.cpuSeconds} ${numberText(view, row.used.cpuSeconds + row.reserved.cpuSeconds)} / ${most(view, "", row.document.budget.cpuSeconds)}</small></td>
<td class="w">${timeText(view, row.document.expires)}</td></tr>`,
  );
  return html`<div class="scroll"><table><thead><tr><th>${words.app}</th><th>${words.who}</th><th>${words.state}</th>
<th class="n">${words.live}</th><th>${words.spent}</th><th>${words.period}</th></tr></thead><tbody>${lines}</tbody></table></div>`;
}

export function agreementsBody(view: View, rows: OwnerAgreement[]): Html {
  const { agreements: words } = view.t;
  return html`<div id="lists" data-live><h2>${words.requests}</h2>${requestTable(
    view,
    rows.filter(({ state }) => state === "REQUESTED"),
  )}
<h2>${words.all}</h2>${agreementTable(
    view,
    rows.filter(({ state }) => state !== "REQUESTED"),
  )}</div>`;
}

function limitsLines(view: View, perRun: Limits): Html[] {
  return (Object.keys(perRun) as (keyof Limits)[]).map(
    (name) => html`<dt>${view.t.perRun[name]}</dt><dd>${amountText(view, name, perRun[name])}</dd>`,
  );
}

/** Everything that an agreement's document allows, to be read by a person. */
export function documentLines(view: View, document: AgreementDocument): Html {
  const bounds = budgetNames.map(
    (name) => html`<dt>${view.t.term[name]}</dt><dd>${most(view, name, document.budget[name])}</dd>`,
  );
  return html`<dt>${view.t.agreements.app}</dt><dd>${document.app}</dd>${bounds}${termLines(view, document)}`;
}

/** What parameters and networks are allowed; an older document says nothing of either. */
function limitLines({ t }: View, { parameters, egress }: UseTerms): Html {
  const texts = limitTexts(parameters).map((limit) => html`<small><code>${limit}</code></small>`);
  return html`<dt>${t.term.limits}</dt><dd>${texts.length > 0 ? texts : t.agreements.noEnd}</dd>
<dt>${t.term.egress}</dt><dd>${t.choice.egress[egress ?? "any"]}</dd>`;
}

/** The fields in which an owner sets them; `limits` stands in the box as it holds now. */
export function limitFields({ t }: View, terms: UseTerms, hint: string, limits: string): Html {
  const options = (["any", "none"] as const).map(
    (word) =>
      html`<option value="${word}"${word === (terms.egress ?? "any") ? html` selected` : ""}>${t.choice.egress[word]}</option>`,
  );
  return html`<label>${t.term.egress}<select name="egress">${options}</select></label>
<label class="wide">${t.term.limits}<small>${hint}</small><textarea name="limits" autocomplete="off">${limits}</textarea></label>`;
}

function termLines(view: View, document: AgreementDocument): Html {
  const { term, choice } = view.t;
  const versions = document.digests === "*" ? term.anyVersion : document.digests.join(", ");
  return html`<dt>${term.maxConcurrent}</dt><dd>${numberText(view, document.maxConcurrent)}</dd>
<dt>${term.versions}</dt><dd>${versions}</dd>
<dt>${view.t.agreements.period}</dt><dd>${timeText(view, document.expires)}</dd>
${limitLines(view, document)}<dt>${term.onRevoke}</dt><dd>${choice.onRevoke[document.onRevoke]}</dd>
<dt>${term.onDisconnect}</dt><dd>${choice.onDisconnect[document.onDisconnect]}</dd>
<dt>${term.onHubSilent}</dt><dd>${choice.onHubSilent[document.onHubSilent]}</dd>`;
}

function remarks(view: View, row: OwnerAgreement): Html {
  const { agreements: words } = view.t;
  return html`${row.isTold ? "" : html`<p class="note warn">${words.untold}</p>`}
${row.state === "REVOKING" ? html`<p class="note warn" role="status">${fill(words.revoking, { live: row.live })}</p>` : ""}
${row.state === "SUSPENDED" && row.suspendedBy.includes("hub") ? html`<p class="note warn">${words.suspendedByHub}</p>` : ""}`;
}

/** That a person is asked needs no reason on a page where a person decides. */
const reasonLine = (view: View, { reason }: OwnerAgreement) =>
  reason && reason !== "agreement.needs_approval" ? html`<small>${reasonText(view, reason)}</small>` : "";

function facts(view: View, row: OwnerAgreement): Html {
  const { agreements: words } = view.t;
  const decided = row.decidedBy
    ? html`<dd>${row.decidedBy}<small>${timeText(view, row.decidedAt)}</small></dd>`
    : html`<dd>${row.proposal ? "–" : words.byOffer}</dd>`;
  return html`<dt>${words.state}</dt><dd>${stateOf(view, row)}${reasonLine(view, row)}</dd>
<dt>${words.who}</dt><dd>${whoIs(view, row)}</dd><dt>${words.purpose}</dt><dd>${row.proposal?.purpose ?? "–"}</dd>
<dt>${words.live}</dt><dd>${numberText(view, row.live)}</dd><dt>${view.t.offers.decided}</dt>${decided}`;
}

/** One agreement or request with everything an owner may do about it. */
export function agreementBody(view: View, row: OwnerAgreement): Html {
  const { t } = view;
  return html`<p class="lead"><code>${row.id}</code></p><div id="remarks" data-live>${remarks(view, row)}</div>
<div class="card" id="facts" data-live><dl>${facts(view, row)}</dl></div>
<div class="card" id="spent" data-live><h2>${t.agreements.spent}</h2><dl>${spentBars(view, row)}</dl></div>
<div class="card"><dl>${termLines(view, row.document)}</dl></div>
<div class="card"><h2>${t.perRun.title}</h2><dl>${limitsLines(view, row.document.perRun)}</dl></div>
${row.state === "REQUESTED" ? decisionForms(view, row) : html`<div id="change" data-live>${changeForms(view, row)}</div>`}`;
}

function decisionForms(view: View, row: OwnerAgreement): Html {
  const { t, call } = view;
  const to = `/operator/agreements/${row.id}`;
  const { document } = row;
  const asked: Record<string, number | null> = { ...document.budget, maxConcurrent: document.maxConcurrent };
  const days = Math.ceil((Date.parse(document.expires) - call.ctx.now().getTime()) / 86_400_000);
  const fields = Object.entries({ ...asked, days: Math.max(1, days) }).map(([name, amount]) => {
    const hint = fill(t.approve.asked, { asked: most(view, name, amount) });
    return html`<label>${t.term[name as "runs"]}<small>${hint}</small><input name="${name}" inputmode="numeric" pattern="[0-9]*" autocomplete="off"></label>`;
  });
  return html`<div class="card"><h2>${t.approve.title}</h2><p class="lead">${t.approve.text}</p>
<form class="fields" method="post" action="${to}/approve">${csrfField(call)}${fields}${choiceFields(view, document)}${limitFields(view, document, t.term.limitsHint, "")}
<div class="wide"><button>${t.approve.button}</button></div></form></div>
<div class="card"><h2>${t.refuse.title}</h2><form class="fields" method="post" action="${to}/refuse">${csrfField(call)}
<label class="wide">${t.refuse.reason}<textarea name="reason" maxlength="500" required></textarea></label>
<div class="wide"><button class="bad">${t.refuse.button}</button></div></form></div>`;
}

/** What happens when ties break is the owner's to choose. */
export function choiceFields(view: View, chosen: Pick<AgreementDocument, (typeof choiceNames)[number]>): Html[] {
  const { term, choice } = view.t;
  return choiceNames.map((name) => {
    const options = Object.entries(choice[name]).map(
      ([word, text]) => html`<option value="${word}"${word === chosen[name] ? html` selected` : ""}>${text}</option>`,
    );
    return html`<label>${term[name]}<select name="${name}">${options}</select></label>`;
  });
}

function changeForms(view: View, row: OwnerAgreement): Html | "" {
  const { change } = view.t;
  const isOver = ["REVOKING", "REVOKED", "EXPIRED", "REJECTED"].includes(row.state);
  if (isOver) return "";
  const form = (verb: string, button: Html, text: string) =>
    html`<form class="row" method="post" action="/operator/agreements/${row.id}/${verb}">${csrfField(view.call)}${button}<span class="lead">${text}</span></form>`;
  const isOwners = row.state === "SUSPENDED" && row.suspendedBy.includes("owner");
  return html`<div class="card"><h2>${change.title}</h2>
${row.state === "ACTIVE" ? form("suspend", html`<button class="quiet">${change.suspend}</button>`, change.suspendText) : ""}
${isOwners ? form("resume", html`<button>${change.resume}</button>`, change.resumeText) : ""}
${form("revoke", html`<button class="bad">${change.revoke}</button>`, row.document.onRevoke === "drain" ? change.drainText : change.revokeText)}</div>`;
}
