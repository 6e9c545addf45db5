import { pairs } from "../both-languages";

/** Clusters, agreements, authorizations and grants: who allows what, and who can change it. */
export const permissionReasons = pairs({
  agreement: {
    missing: [
      "이 앱을 그 클러스터에서 실행할 협약이 없습니다. 앱 쪽에서 이용을 요청하세요.",
      "You have no agreement to run this app in that cluster. Request access on the app’s page.",
    ],
    requested: ["요청한 협약을 주인이 아직 정하지 않았습니다.", "The owner has not decided on your request yet."],
    closed: [
      "주인이 다른 곳에서 시작하는 실행을 받지 않습니다. 그 클러스터를 집으로 쓰거나 주인에게 물어보세요.",
      "The owner takes no runs that start elsewhere. Use that cluster as home, or ask the owner.",
    ],
    expired: ["협약의 기한이 지났습니다. 다시 요청하세요.", "The agreement has expired. Request a new one."],
    not_yet: ["협약이 아직 시작되지 않았습니다.", "The agreement has not begun yet."],
    revoked: [
      "협약이 철회되었습니다. 주인에게 까닭을 묻거나 다시 요청하세요.",
      "The agreement was revoked. Ask the owner why, or request a new one.",
    ],
    suspended: [
      "협약이 잠시 멈춰 있습니다. 주인이 다시 열 수 있습니다.",
      "The agreement is suspended. Its owner can open it again.",
    ],
    refused: ["주인이 요청을 거절했습니다.", "The owner refused the request."],
    budget_used: [
      "협약이 허락한 만큼을 다 썼습니다. 새로 요청하세요.",
      "The agreement’s budget is used up. Request a new one.",
    ],
    over_per_run: [
      "협약이 한 번의 실행에 허락한 자원을 넘습니다. 앱의 제공자에게 물어보거나 더 넓게 요청하세요.",
      "One run asks for more than the agreement allows. Ask the app’s provider, or request a wider one.",
    ],
    parameter_out_of_bounds: [
      "협약이 허락한 값이 아닙니다: {name} ({bound}). 값을 고치거나 주인에게 더 넓게 요청하세요.",
      "The agreement does not allow this value: {name} ({bound}). Change it, or ask the owner for more.",
    ],
    unknown_parameter: ["{app}에는 {name} 파라미터가 없습니다.", "{app} has no parameter {name}."],
    egress_refused: [
      "이 앱은 네트워크를 쓰는데, 협약은 네트워크를 쓰는 앱을 허락하지 않습니다. 주인에게 물어보세요.",
      "This app uses a network, and the agreement allows no app that does. Ask its owner.",
    ],
    budget_reserved: [
      "협약의 남은 몫을 지금 도는 실행이 잡아 두었습니다. 그것이 끝나면 저절로 이어집니다.",
      "Runs that are alive hold what is left of the agreement. It goes on by itself when they end.",
    ],
    total_used: [
      "주인이 모두에게 내놓은 몫을 다 썼습니다. 주인에게 물어보세요.",
      "All that the owner offers to everybody together is used up. Ask the owner.",
    ],
    total_reserved: [
      "주인이 모두에게 내놓은 몫을 지금 도는 실행들이 잡아 두었습니다. 저절로 이어집니다.",
      "Runs that are alive hold what the owner offers to everybody together. It goes on by itself.",
    ],
    awaits_hub: [
      "주인은 허락했고 허브의 서명을 기다립니다. 저절로 이어집니다.",
      "The owner has approved, and the hub’s signature is awaited. It goes on by itself.",
    ],
    taken_away: [
      "주인이 앞서 철회한 사람의 요청입니다. 이번에는 주인이 직접 정합니다.",
      "The owner revoked this person’s agreement before, so this time the owner decides in person.",
    ],
    not_requested: ["결정을 기다리는 요청이 아닙니다.", "This is not a request that awaits a decision."],
    suspended_by_owner: [
      "주인이 협약을 잠시 멈추었습니다. 주인만 다시 열 수 있습니다.",
      "The owner suspended the agreement. Only the owner can open it again.",
    ],
    suspended_by_hub: [
      "허브가 협약을 잠시 멈추었습니다. 허브만 다시 열 수 있습니다.",
      "The hub suspended the agreement. Only the hub can open it again.",
    ],
    suspended_by_both: [
      "주인과 허브가 협약을 잠시 멈추었습니다. 둘 다 다시 열어야 합니다.",
      "Owner and hub suspended the agreement. Both must open it again.",
    ],
    widened: [
      "요청한 것보다 넓은 협약은 받지 않습니다. 줄이기만 할 수 있습니다.",
      "An agreement may not allow more than was asked, only less.",
    ],
    hold_forbidden: [
      "이 협약을 멈추거나 다시 열 수 있는 사람이 아닙니다. 그 클러스터의 운영자에게 부탁하세요.",
      "You may not suspend or resume this agreement. Ask that cluster’s operator.",
    ],
    held_by_owner: [
      "앱의 주인이 멈춘 협약입니다. 주인이 자기 클러스터에서 다시 열 수 있습니다.",
      "The app’s owner suspended it, and only the owner can open it again in that cluster.",
    ],
    held_by_hub: [
      "허브 운영자가 멈춘 협약입니다. 허브 운영자가 다시 열 수 있습니다.",
      "The hub operator suspended it and can open it again.",
    ],
    not_active: ["유효한 협약이 아닙니다.", "The agreement is not active."],
    app_not_offered: [
      "그 클러스터가 이 앱을 내놓지 않았습니다. 제공자에게 게시를 부탁하세요.",
      "That cluster does not offer this app. Ask its provider to publish it.",
    ],
    needs_approval: [
      "주인이 한 사람씩 허락하는 앱입니다. 앱 쪽에서 이용을 요청하세요.",
      "The owner allows this app person by person. Request access on the app’s page.",
    ],
    other_app: ["협약이 다른 앱을 위한 것입니다.", "The agreement is for another app."],
    other_host: [
      "협약이 다른 클러스터를 위한 것입니다. 허브 운영자에게 알려 주세요.",
      "The agreement is for another cluster. Tell the hub’s operator.",
    ],
    other_user: ["협약이 다른 사람을 위한 것입니다.", "The agreement is for another person."],
    over_ceiling: [
      "협약이 그 클러스터의 한도를 넘습니다. 기간이나 동시 실행 수를 줄이세요.",
      "The agreement is over that cluster’s ceiling. Ask for a shorter time or fewer runs at once.",
    ],
    too_many_at_once: [
      "협약이 허락한 만큼 이미 실행되고 있습니다. 자리가 나면 저절로 이어집니다.",
      "As many as agreed run already. It goes on by itself when there is room.",
    ],
    other_version: [
      "협약이 이 버전의 앱을 포함하지 않습니다. 이 버전으로 다시 요청하세요.",
      "The agreement does not cover this version. Request it for this one.",
    ],
    already_open: [
      "이미 요청했거나 유효한 협약이 있습니다. 이용 협약에서 보세요.",
      "You have asked already or hold a valid agreement. See Agreements.",
    ],
    bad_signature: [
      "협약의 서명이 맞지 않습니다. 그 클러스터 운영자에게 알려 주세요.",
      "The agreement’s signature does not verify. Tell that cluster’s operator.",
    ],
    changed_meanwhile: [
      "그 사이에 협약이 바뀌었습니다. 새로 열어 보고 다시 하세요.",
      "The agreement changed meanwhile. Look at it again and retry.",
    ],
    other_document: [
      "서명한 협약과 내용이 다릅니다. 그 클러스터 운영자에게 알려 주세요.",
      "The document differs from the signed agreement. Tell that cluster’s operator.",
    ],
    remote_closed: [
      "주인이 다른 곳에서 시작하는 실행을 받지 않습니다. 그 클러스터를 집으로 쓰거나 주인에게 물어보세요.",
      "The owner takes no runs that start elsewhere. Use that cluster as home, or ask the owner.",
    ],
    too_many_requests: [
      "답을 기다리는 요청이 너무 많습니다. 주인이 답하면 다시 요청하거나, 필요 없는 요청을 거두세요.",
      "Too many requests await an answer already. Ask again when owners have answered, or withdraw what you do not need.",
    ],
    not_found: ["그런 협약이 없거나 볼 수 없습니다.", "There is no such agreement, or you may not see it."],
  },
  consent: {
    ends_soon: [
      "이 실행에 준 동의가 {until}에 끝납니다. krdc run consent {id} 로 이을 수 있습니다.",
      "The consent for this run ends on {until}. Renew it with krdc run consent {id}.",
    ],
    not_needed: [
      "다른 클러스터에서 할 단계가 남아 있지 않아 동의할 것이 없습니다.",
      "No step is left to run in another cluster, so there is nothing to consent to.",
    ],
  },
  authorization: {
    missing: ["이 실행에 대한 동의가 없습니다. 다시 실행하세요.", "This run has no consent. Submit it again."],
    expired: [
      "이 실행에 준 동의의 기한이 지났습니다. 실행 화면이나 krdc run consent로 다시 동의하면 이어집니다.",
      "The consent for this run has expired. Consent again on its page or with krdc run consent, and it goes on.",
    ],
    revoked: ["실행에 대한 동의가 철회되었습니다.", "The consent for this run was revoked."],
    other_agreement: [
      "협약이 바뀌어 동의가 맞지 않습니다. 다시 실행하세요.",
      "The agreement changed, so the consent no longer fits. Submit again.",
    ],
    other_app: [
      "앱이 동의한 것과 다릅니다. 다시 실행하세요.",
      "The app differs from the one consented to. Submit again.",
    ],
    other_host: [
      "클러스터가 동의한 것과 다릅니다. 다시 실행하세요.",
      "The cluster differs from the one consented to. Submit again.",
    ],
    other_step: [
      "단계가 동의한 것과 다릅니다. 다시 실행하세요.",
      "The step differs from the one consented to. Submit again.",
    ],
    too_many_attempts: [
      "동의한 시도 횟수를 넘었습니다. 다시 실행하세요.",
      "More attempts than consented to. Submit the run again.",
    ],
    too_many_instances: [
      "동의한 것보다 많은 갈래로 나뉘었습니다. 다시 실행하세요.",
      "More parallel instances than consented to. Submit again.",
    ],
  },
  cluster: {
    not_found: ["그런 클러스터가 없거나 볼 수 없습니다.", "There is no such cluster, or you may not see it."],
    not_active: [
      "클러스터가 지금 일을 받지 않습니다. 클러스터 쪽에서 상태를 보세요.",
      "The cluster takes no work now. See its state under Clusters.",
    ],
    suspended: [
      "클러스터가 멈춰 있습니다. 허브 운영자가 다시 열 수 있습니다.",
      "The cluster is suspended. The hub operator can open it again.",
    ],
    left: [
      "떠난 클러스터입니다. 허브 운영자가 같은 이름으로 다시 초대할 수 있습니다.",
      "The cluster has left. The hub operator can invite it again under the same name.",
    ],
    clock_skew: [
      "클러스터의 시계가 허브와 25초 넘게 다릅니다. 그 운영자가 시계를 맞추면 이어집니다.",
      "The cluster’s clock differs from the hub’s by more than 25 s. It goes on when its operator sets the clock.",
    ],
    resume_forbidden: [
      "허브 운영자만 멈춘 클러스터를 다시 열 수 있습니다.",
      "Only the hub operator may let a suspended cluster work again.",
    ],
    leave_forbidden: ["이 클러스터를 내보낼 수 있는 사람이 아닙니다.", "You may not take this cluster out."],
    not_enrolled: [
      "클러스터가 아직 참여하지 않았습니다. 그 운영자가 참여 토큰으로 시작해야 합니다.",
      "The cluster has not joined yet. Its operator must start it with the join token.",
    ],
    already_enrolled: [
      "그 이름의 클러스터가 이미 참여하고 있습니다. 다른 이름을 쓰세요.",
      "A cluster of that name has joined already. Use another name.",
    ],
    approve_forbidden: [
      "이 클러스터를 승인할 수 있는 사람이 아닙니다. 그 운영자에게 부탁하세요.",
      "You may not approve this cluster. Ask its operator.",
    ],
    invite_forbidden: ["허브 운영자만 클러스터를 초대할 수 있습니다.", "Only the hub operator may invite clusters."],
    suspend_forbidden: ["이 클러스터를 멈출 수 있는 사람이 아닙니다.", "You may not suspend this cluster."],
    invitation_void: [
      "지문이 여러 번 틀려 초대가 없어졌습니다. 허브 운영자가 다시 초대해야 합니다.",
      "The fingerprint was wrong too often, so the invitation is void. The hub operator must invite again.",
    ],
    join_token_refused: [
      "참여 토큰이 맞지 않거나 기한이 지났습니다. 새로 초대받으세요.",
      "The join token is wrong or expired. Ask for a new invitation.",
    ],
    key_known: ["이 열쇠는 다른 클러스터가 쓰고 있습니다.", "Another cluster uses this key."],
    other_uid: [
      "다른 곳에서 같은 클러스터라고 합니다. 운영자가 확인해야 합니다.",
      "Another place claims to be the same cluster. Its operator must look.",
    ],
    not_pending: ["승인을 기다리는 클러스터가 아닙니다.", "This cluster does not await approval."],
    operator_first: [
      "클러스터의 운영자가 먼저 지문을 확인해야 합니다.",
      "The cluster’s operator must check the fingerprint first.",
    ],
    wrong_fingerprint: [
      "지문이 다릅니다. 클러스터 안에서 다시 읽으세요. 다른 것이 사이에 끼었을 수도 있습니다.",
      "The fingerprint differs. Read it again inside the cluster; something may stand in between.",
    ],
  },
  grant: {
    expired: ["허가의 시간이 지났습니다. 저절로 다시 받습니다.", "The grant expired. A new one is fetched by itself."],
    before_restore: [
      "호스트의 데이터베이스를 되돌리기 전에 받은 허가입니다. 저절로 다시 받습니다.",
      "The grant is from before the host’s database was set back. A new one is fetched by itself.",
    ],
    unknown: ["허브가 모르는 허가입니다. 단계를 다시 시도하세요.", "The hub does not know this grant. Retry the step."],
    closed: ["나중 시도가 허가되어 이 허가는 닫혔습니다.", "A later attempt was granted, so this grant is closed."],
    older_attempt: ["이보다 나중의 시도가 이미 허가되었습니다.", "A later attempt was granted already."],
    previous_attempt_open: [
      "앞선 시도가 끝났다는 서명이 없어 다시 시작하지 않습니다. 그 클러스터의 답을 기다리거나, 두 번 돌 수 있음을 알고 포기하세요.",
      "Nothing signed says that the attempt before is over, so it does not start again. Wait for that cluster, or give the attempt up knowing that it may run twice.",
    ],
    other_previous: [
      "앞선 시도에 대한 말이 맞지 않습니다. 단계를 다시 시도하세요.",
      "What is said of the attempt before does not fit. Retry the step.",
    ],
    inactive: [
      "허가가 더는 유효하지 않습니다. 협약이나 동의가 철회되었을 수 있습니다.",
      "The grant is no longer valid: agreement or consent may have been revoked.",
    ],
    other_request: [
      "허가받은 내용과 요청이 다릅니다. 단계를 다시 시도하세요.",
      "The request differs from what was granted. Retry the step.",
    ],
    other_hashes: [
      "허가받은 입력과 다릅니다. 단계를 다시 시도하세요.",
      "The inputs differ from those granted. Retry the step.",
    ],
    other_run_key: [
      "다른 실행에 대한 허가입니다. 단계를 다시 시도하세요.",
      "The grant is for another run. Retry the step.",
    ],
  },
  hub: {
    unknown_key: [
      "허브의 열쇠를 확인할 수 없습니다. 클러스터 운영자가 살펴야 합니다.",
      "The hub’s key cannot be verified. The cluster’s operator must look.",
    ],
    rotate_forbidden: ["허브 운영자만 허브의 열쇠를 바꿉니다.", "Only an operator of the hub changes its key."],
    keys_folder_missing: [
      "허브가 열쇠를 둘 폴더를 모릅니다. HUB_KEYS_FOLDER를 정하고 포털을 다시 켜세요.",
      "The hub knows no folder for its keys. Set HUB_KEYS_FOLDER and start the portal again.",
    ],
  },
  limits: {
    over_ceiling: [
      "그 클러스터가 정한 한도를 넘는 자원을 바랍니다. 그 운영자에게 한도를 물어보세요.",
      "It asks for more than that cluster allows. Ask its operator about the limits.",
    ],
  },
  hub_unavailable: [
    "허브가 답하지 않아 새 원격 단계를 시작하지 못합니다. 연결되면 저절로 이어집니다.",
    "The hub does not answer, so no new remote step can start. It goes on by itself when the hub is back.",
  ],
  no_route: [
    "두 클러스터 모두 밖에서 닿는 주소가 없어 이만큼 큰 파일은 오가지 못합니다. 둘 가운데 한 곳의 운영자가 주소를 열거나, 더 작은 파일을 쓰세요.",
    "Neither cluster has an address that the other can reach, so a file of this size has no way. The operator of either can open an address; or use a smaller file.",
  ],
  letter: {
    other_sender: [
      "보낸 클러스터의 이름이 부른 클러스터와 다릅니다. 그 운영자에게 알려 주세요.",
      "The letter names another sender than the cluster that brought it. Tell its operator.",
    ],
    id_taken: [
      "같은 번호의 다른 편지가 이미 있습니다. 저절로 새 번호로 다시 보냅니다.",
      "Another letter has this number already. It is sent again under a new one by itself.",
    ],
    too_many: [
      "그 클러스터로 가는 편지가 너무 많이 밀려 있습니다. 잠시 뒤 저절로 다시 보냅니다.",
      "Too many letters wait for that cluster. They are sent again by themselves in a moment.",
    ],
  },
  reverse_call: {
    not_found: ["이 클러스터의 답을 기다리는 그런 부름이 없습니다.", "No such call waits for this cluster’s answer."],
    bad_answer: [
      "답의 머리를 읽을 수 없습니다. 그 클러스터의 운영자가 살펴야 합니다.",
      "The head of the answer is not readable. The cluster’s operator must look.",
    ],
  },
  peer: {
    unreachable: [
      "다른 클러스터에 닿지 않습니다. 그곳의 일은 계속되고, 닿으면 결과를 받습니다.",
      "The other cluster cannot be reached. Work there goes on; results come when it is back.",
    ],
    unavailable: [
      "다른 클러스터가 잠시 답하지 않습니다. 저절로 다시 해 봅니다.",
      "The other cluster does not answer for now. It is tried again by itself.",
    ],
    input_refused: [
      "다른 클러스터가 입력 파일을 받지 못했습니다. 저절로 다시 보냅니다.",
      "The other cluster could not take an input file. It is sent again by itself.",
    ],
    not_accepted: [
      "두 클러스터가 아직 서로를 받아들이지 않았습니다. 두 운영자가 서로를 등록해야 합니다.",
      "The two clusters have not accepted each other. Their operators must do so.",
    ],
    refused: [
      "다른 클러스터가 거절했습니다. 그 운영자에게 물어보세요.",
      "The other cluster refused. Ask its operator.",
    ],
    wrong_mailbox: [
      "우편함 주소는 그 클러스터 자신의 이름이어야 합니다. 상대 운영자에게 주소를 다시 물어보세요.",
      "A mailbox must carry its own cluster’s name. Ask the other operator for the address again.",
    ],
    not_found: ["그런 상대 클러스터를 받아들인 적이 없습니다.", "No such cluster was accepted as a peer."],
    too_many_calls: [
      "다른 클러스터로 너무 자주 부릅니다. 잠시 뒤 저절로 이어집니다.",
      "The other cluster is called too often. It goes on by itself in a moment.",
    ],
    failed: [
      "다른 클러스터에서 문제가 생겼습니다. 그 운영자에게 알려 주세요.",
      "Something failed in the other cluster. Tell its operator.",
    ],
  },
  placement: {
    app_at_home: ["앱이 집 클러스터에 있습니다.", "The app lives in the home cluster."],
    app_lives_there: ["앱이 그 클러스터에 있습니다.", "The app lives in that cluster."],
    download_closed: [
      "이미지를 내려받을 수 없는 앱이라 그곳에서 돕니다.",
      "Its image may not be downloaded, so it runs there.",
    ],
    image_at_home: ["이미지가 이미 집에 있습니다.", "Its image is already at home."],
    download_not_available: [
      "아직 이미지를 내려받아 실행할 수 없습니다. 배치를 ‘자동’이나 ‘원격’으로 바꾸세요.",
      "Running from a downloaded image is not available yet. Choose “auto” or “remote”.",
    ],
  },
});
