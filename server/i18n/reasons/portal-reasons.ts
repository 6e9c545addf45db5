import { pairs } from "../both-languages";

/** Sessions, requests, tokens, uploads and the portal itself. */
export const portalReasons = pairs({
  unknown: [
    "할 수 없었습니다. 다시 해 보고, 계속되면 운영자에게 이 이름을 알려 주세요: {code}",
    "It could not be done. Try again; if it stays so, tell the operator this name: {code}",
  ],
  unauthenticated: ["로그인이 필요합니다. 다시 로그인하세요.", "You need to sign in. Please sign in again."],
  argument_not_expressible: [
    "이 값은 프로그램의 명령줄로 전할 수 없습니다. 다른 값을 쓰세요.",
    "This value cannot be given to the program on its command line. Use another value.",
  ],
  internal: [
    "시스템 쪽 문제로 하지 못했습니다. 다시 해 보고, 계속되면 운영자에게 알려 주세요.",
    "It failed on the side of the system. Try again; if it stays so, tell the operator.",
  ],
  not_found: ["그런 것이 없거나 볼 수 없습니다.", "There is no such thing, or you may not see it."],
  check: { forbidden: ["허브 운영자만 볼 수 있습니다.", "Only the hub operator may see this."] },
  audit: {
    forbidden: [
      "이 클러스터나 허브의 운영자만 볼 수 있습니다.",
      "Only the operators of this cluster or of the hub may see this.",
    ],
    fork: [
      "기록의 사슬이 전에 서명한 것과 어긋납니다. 두 쪽 운영자가 함께 살펴야 합니다.",
      "The audit chain contradicts what was signed before. The operators of both sides must look.",
    ],
  },
  auth: {
    sign_in_first: ["로그인이 끝났습니다. 다시 로그인하세요.", "Your sign-in has ended. Please sign in again."],
    other_origin: [
      "다른 사이트에서 온 요청이라 받지 않았습니다. KRDC 화면에서 다시 하세요.",
      "The request came from another site and was refused. Do it again on a page of KRDC.",
    ],
  },
  archive: {
    duplicate: [
      "묶음에 같은 이름의 파일이 둘 있습니다. 다시 묶어 올리세요.",
      "The archive holds the same file twice. Pack it again.",
    ],
    empty: ["묶음에 파일이 없습니다.", "There is no file in the archive."],
    escapes: [
      "묶음의 파일이 폴더 밖을 가리킵니다. 폴더 안에서 다시 묶으세요.",
      "A file of the archive points outside its folder. Pack it from inside the folder.",
    ],
    not_a_file: [
      "묶음에는 파일과 폴더만 있을 수 있습니다(링크는 안 됩니다).",
      "An archive may hold files and folders only, no links.",
    ],
    too_large: ["묶음이 허용된 크기나 파일 수를 넘습니다.", "The archive is over the allowed size or count of files."],
    unreadable: [
      "묶음을 읽을 수 없습니다. 폴더를 tar -czf로 다시 묶어 올리세요.",
      "The archive cannot be read. Pack the folder again with tar -czf and upload it.",
    ],
  },
  form: {
    check_fields: [
      "입력한 것 가운데 고칠 곳이 있습니다. 다시 보세요.",
      "Something in the form needs correcting. Look again.",
    ],
  },
  framework: {
    restored: [
      "클러스터의 데이터베이스를 되돌린 뒤 잃은 기록을 다시 읽는 중입니다. 다 읽으면 저절로 이어집니다.",
      "A cluster’s database was set back, and what it forgot is being read again. It goes on by itself after that.",
    ],
    stopping: [
      "클러스터가 멈추는 중입니다. 다시 켜지면 이어집니다.",
      "The cluster is stopping. It goes on when the cluster is back.",
    ],
  },
  gateway: {
    address_refused: [
      "클러스터의 주소로 연결하는 것이 허락되지 않습니다. https로 열린 공개 주소여야 합니다. 그 클러스터의 운영자가 고쳐야 합니다.",
      "Connections to that cluster’s address are not allowed: it must be a public address with https. That cluster’s operator must change it.",
    ],
  },
  heartbeat: {
    stale: [
      "클러스터의 신호가 순서에 맞지 않습니다. 클러스터 운영자가 시계와 복제본을 살펴야 합니다.",
      "The cluster’s heartbeat is out of order. Its operator should check clock and replicas.",
    ],
  },
  local: {
    off: ["이 컴퓨터 안에서만 되는 일입니다.", "This works only on the machine itself."],
    missing: [
      "이 컴퓨터의 열쇠가 없습니다. 같은 KRDC_HOME에서 하세요.",
      "The machine’s own proof is missing. Use the same KRDC_HOME.",
    ],
    demo_off: ["시연 계정을 쓰지 않는 시스템입니다.", "Demo accounts are off on this system."],
    no_secret: [
      "KRDC_HOME에 열쇠가 없습니다. npm start를 먼저 하세요.",
      "KRDC_HOME holds no secret. Run npm start first.",
    ],
  },
  member: {
    not_yours: ["허브 운영자만 할 수 있습니다.", "Only an operator of the hub may do this."],
    own_account: ["자신의 계정은 막을 수 없습니다.", "You cannot disable your own account."],
    ambiguous: [
      "{account} 계정을 쓰는 사람이 여럿이라 하지 않았습니다.",
      "Several people have the account {account}, so nothing was done.",
    ],
    disabled: [
      "이 계정은 멈춰 있습니다. 소속 기관의 운영자에게 물어보세요.",
      "This account is disabled. Ask the operator of your institute.",
    ],
    unknown_account: ["그런 계정이 없습니다.", "There is no such account."],
  },
  portal: {
    unreachable: [
      "포털이 답하지 않습니다. 네트워크를 확인하고 다시 하세요.",
      "The portal does not answer. Check your network and try again.",
    ],
    failed: [
      "시스템 쪽 문제로 하지 못했습니다. 다시 해 보고, 계속되면 운영자에게 알려 주세요.",
      "It failed on the side of the system. Try again; if it stays so, tell the operator.",
    ],
    refused: [
      "요청을 받지 않았습니다. 쪽을 새로 열고 다시 하세요.",
      "The request was refused. Open the page anew and try again.",
    ],
    answer_not_understood: [
      "답을 알아들을 수 없습니다. 쪽을 새로 여세요.",
      "The answer was not understood. Open the page anew.",
    ],
  },
  request: {
    bad_cursor: [
      "목록의 자리를 잃었습니다. 처음부터 보세요.",
      "The place in the list is lost. Start from the first page.",
    ],
    invalid: [
      "요청의 꼴이 맞지 않습니다. 쪽을 새로 열고 다시 하세요.",
      "The request is malformed. Open the page anew and try again.",
    ],
    not_json: ["JSON이 아닙니다. 파일을 확인하세요.", "This is not JSON. Check the file."],
    bad_number: [
      "수가 아닌 것이 왔습니다. 쪽을 새로 열고 다시 하세요.",
      "A number was expected. Open the page anew and try again.",
    ],
    no_body: ["보낸 것이 비어 있습니다.", "Nothing was sent."],
    not_utf8: [
      "글자를 읽을 수 없습니다. UTF-8로 저장한 파일을 쓰세요.",
      "The text cannot be read. Use a file saved as UTF-8.",
    ],
    too_large: ["너무 큽니다. 나누거나 줄여서 다시 하세요.", "It is too large. Split it or make it smaller."],
  },
  session: { not_found: ["그 로그인은 이미 끝났습니다.", "That sign-in has ended already."] },
  signature: {
    invalid: ["서명이 맞지 않습니다. 운영자에게 알려 주세요.", "A signature does not verify. Tell the operator."],
  },
  storage: {
    bad_file_name: [
      "쓸 수 없는 파일 이름입니다. 이름을 바꾸어 다시 올리세요.",
      "This file name cannot be used. Rename the file and upload it again.",
    ],
    cut_off: [
      "파일이 오다가 끊겼습니다. 이어서 다시 옮깁니다.",
      "The file was cut off on its way. It goes on from there.",
    ],
    damaged: [
      "클러스터에 보관된 파일이 손상되었습니다. 클러스터 운영자에게 알리고 단계를 다시 하세요.",
      "The file kept at the cluster is damaged. Tell its operator and retry the step.",
    ],
    part_elsewhere: [
      "파일의 앞부분이 여기 없습니다. 처음부터 다시 옮깁니다.",
      "The beginning of the file is not here. It is sent from the start.",
    ],
    cannot_write: [
      "클러스터가 파일을 적지 못했습니다. 클러스터 운영자에게 알려 주세요.",
      "The cluster could not write the file. Tell its operator.",
    ],
    disk_full: [
      "클러스터의 저장 공간이 찼습니다. 클러스터 운영자가 비워야 합니다.",
      "The cluster’s storage is full. Its operator must make room.",
    ],
    impossible_files: [
      "파일이나 폴더가 놓일 수 없는 모양입니다. 이름과 폴더를 확인하세요.",
      "Files or folders are laid out in an impossible way. Check their names and folders.",
    ],
    file_not_found: ["파일이 더는 없습니다. 다시 올리세요.", "The file is no longer there. Upload it again."],
    too_large: ["파일이 허용된 크기보다 큽니다.", "The file is larger than allowed."],
    wrong_digest: ["파일이 옮겨지다 달라졌습니다. 다시 하세요.", "The file changed on its way. Try again."],
  },
  token: { not_found: ["그 토큰은 이미 없습니다.", "That token is gone already."] },
  upload: {
    wrong_digest: ["파일이 옮겨지다 달라졌습니다. 다시 올리세요.", "The file changed on its way. Upload it again."],
  },
});
