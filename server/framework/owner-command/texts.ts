import { bothLanguages } from "#server/i18n/both-languages";
import { termUsage } from "#server/protocol/owner-terms";

const usage = `  status
  list
  approve ID ${termUsage}
  refuse ID --reason TEXT
  suspend ID
  resume ID
  revoke ID
  identity
  accept-peer GATEWAY|FILE --fingerprint EIGHT-GROUPS
  make-key FILE
  rotate-key
  forbid-key-change PEER`;

export const texts = bothLanguages(
  {
    usage: `${usage}\n모두: [--url 게이트웨이 주소] [--key 운영자의 개인 열쇠 파일]`,
    wrong: "명령이 잘못되었습니다.",
    fresh: "허브에 닿습니다({seconds}초 전에 확인).",
    stale: "{seconds}초 동안 허브를 확인하지 못했습니다. 맡은 실행을 새로 시작하지 않습니다.",
    load: "자리 {used}/{total}, 대기 {queued}, 맡은 실행 {hosted}",
    waiting: "승인을 기다리는 요청 {count}개",
    revoking: "도는 것이 아직 멈추는 중입니다. 같은 명령을 다시 하면 볼 수 있습니다.",
    untold: "허브는 닿는 대로 듣습니다.",
    keyAnnounced:
      "이 지문의 다음 열쇠를 알렸습니다. {at}부터 쓰입니다. 그때까지 허브와 상대 운영자가 막을 수 있습니다.",
    restored:
      "RESTORED: {at}에 데이터베이스가 되돌려진 것을 알았습니다({by}). 다시 읽을 것이 남아 있어 아무것도 시작하지 않습니다: {open}",
    nextKey: "다음 열쇠 {fingerprint}, {at}부터",
  },
  {
    usage: `${usage}\nAll: [--url GATEWAY] [--key FILE of the operator's private key]`,
    wrong: "That is not a command.",
    fresh: "The hub can be reached; its word is {seconds} s old.",
    stale: "No word from the hub for {seconds} s. No hosted run starts.",
    load: "slots {used}/{total}, queued {queued}, hosted {hosted}",
    waiting: "requests that wait for approval: {count}",
    revoking: "What runs is still being stopped. The same command again shows how it stands.",
    untold: "The hub hears of it as soon as it can be reached.",
    keyAnnounced:
      "The next key has this fingerprint. It counts from {at}; until then the operators of hub and peers may forbid it.",
    restored:
      "RESTORED: the database was found set back at {at} ({by}). Nothing starts before this is read again: {open}",
    nextKey: "next key {fingerprint}, from {at}",
  },
);
