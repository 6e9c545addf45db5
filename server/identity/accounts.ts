import { createHash, timingSafeEqual } from "node:crypto";

type Text = { ko: string; en: string };

export type Account = {
  id: string;
  name: Text;
  may: Text;
  organization: { id: string; name: Text };
  roles: string[];
};

const KRICT = { id: "krict", name: { ko: "한국화학연구원", en: "Korea Research Institute of Chemical Technology" } };
const KRIBB = {
  id: "kribb",
  name: { ko: "한국생명공학연구원", en: "Korea Research Institute of Bioscience and Biotechnology" },
};
const KISTI = {
  id: "kisti",
  name: { ko: "한국과학기술정보연구원", en: "Korea Institute of Science and Technology Information" },
};

/** Accounts of a demonstration, named by role: no person stands behind them. */
const accounts: readonly Account[] = [
  {
    id: "researcher",
    name: { ko: "연구자", en: "Researcher" },
    may: { ko: "앱을 찾아 워크플로우를 그리고 실행합니다", en: "finds apps, draws and runs workflows" },
    organization: KRICT,
    roles: ["researcher"],
  },
  {
    id: "researcher2",
    name: { ko: "다른 기관 연구자", en: "Researcher elsewhere" },
    may: { ko: "다른 기관의 연구자입니다", en: "works at another organization" },
    organization: KRIBB,
    roles: ["researcher"],
  },
  {
    id: "provider",
    name: { ko: "앱 제공자", en: "App provider" },
    may: { ko: "두 클러스터에 앱을 등록하고 게시합니다", en: "registers and publishes apps on both clusters" },
    organization: KRICT,
    roles: ["researcher", "provider:materials", "provider:bio"],
  },
  {
    id: "operator-materials",
    name: { ko: "소재 운영자", en: "Materials operator" },
    may: { ko: "소재 클러스터를 운영합니다", en: "runs the materials cluster" },
    organization: KRICT,
    roles: ["operator:materials"],
  },
  {
    id: "operator-bio",
    name: { ko: "바이오 운영자", en: "Bio operator" },
    may: { ko: "바이오 클러스터를 운영합니다", en: "runs the bio cluster" },
    organization: KRIBB,
    roles: ["operator:bio"],
  },
  {
    id: "admin",
    name: { ko: "허브 운영자", en: "Hub operator" },
    may: { ko: "회원과 클러스터를 관리합니다", en: "looks after members and clusters" },
    organization: KISTI,
    roles: ["hub-operator"],
  },
];

/** Without the demonstration one account is left, and its role comes from the setup code, not from here. */
export function accountsFor(isDemo: boolean): readonly Account[] {
  return isDemo ? accounts : accounts.filter(({ id }) => id === "admin").map((account) => ({ ...account, roles: [] }));
}

export function claimsOf(account: Account): Record<string, unknown> {
  return {
    sub: account.id,
    name: account.name.ko,
    preferred_username: account.id,
    email: `${account.id}@krdc.invalid`,
    krdc_name: account.name,
    krdc_organization: account.organization,
    krdc_roles: account.roles,
  };
}

export function isPassword(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
