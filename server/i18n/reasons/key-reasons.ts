import { pairs } from "../both-languages";

/** Changes of keys, of clusters and of the hub. */
export const keyReasons = pairs({
  key_change: {
    none: ["알린 다음 열쇠가 없습니다.", "No next key was announced."],
    forbidden: ["이 다음 열쇠는 막혔습니다.", "This next key was forbidden."],
    too_late: [
      "곧 쓰이거나 이미 쓰이는 열쇠는 막을 수 없습니다. 의심스러우면 그 클러스터를 멈추세요.",
      "This key counts already, or in a moment, and cannot be forbidden any more. If you doubt it, suspend that cluster.",
    ],
    other_cluster: ["다른 클러스터의 열쇠 알림입니다.", "This announces a key of another cluster."],
    other_key: ["지금 열쇠를 바꾸는 알림이 아닙니다.", "This announcement does not replace the key that counts now."],
    used_key: [
      "예전에 쓰던 열쇠는 다시 쓸 수 없습니다. 새 열쇠를 만드세요.",
      "A key that was used before is never used again. Make a new one.",
    ],
    too_soon: ["열쇠는 하루 앞서 알려야 합니다.", "A key is announced a day ahead."],
    back_dated: [
      "알린 때보다 나중에 왔습니다. 막을 시간이 모자라 받지 않습니다.",
      "This announcement came long after the time that it names. There would be too little time to forbid it.",
    ],
    already_announced: [
      "이 클러스터가 알린 다음 열쇠가 이미 있습니다. 그 열쇠를 막거나 쓰일 때까지 기다리세요.",
      "This cluster announced another key already. Forbid that one, or wait until it counts.",
    ],
  },
});
