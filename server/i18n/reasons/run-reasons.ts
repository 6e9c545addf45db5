import { pairs } from "../both-languages";

/** Runs, steps, results and workflows. */
export const runReasons = pairs({
  run: {
    not_found: ["그런 실행이 없거나 볼 수 없습니다.", "There is no such run, or you may not see it."],
    id_taken: [
      "같은 번호의 실행이 이미 있습니다. 새로 실행하세요.",
      "A run of that id exists already. Submit it anew.",
    ],
    step_not_found: ["그런 단계가 없습니다.", "There is no such step."],
    lost_in_restore: [
      "집 클러스터의 데이터베이스를 되돌리면서 이 실행의 기록을 잃었습니다. 다시 실행하세요.",
      "The home cluster’s database was set back and this run was lost with it. Submit it again.",
    ],
    ended: ["이미 끝난 실행입니다.", "The run has ended already."],
    nothing_failed: ["다시 할 실패한 단계가 없습니다.", "No step failed, so there is nothing to retry."],
    no_such_step: ["그런 단계가 없습니다.", "There is no such step."],
    no_outputs: ["결과가 없는 실행입니다.", "The run has no outputs."],
    other_submission: [
      "같은 번호로 다른 실행이 이미 있습니다. 새로 실행하세요.",
      "Another run has that id. Submit it anew.",
    ],
  },
  step: {
    not_unreachable: [
      "클러스터가 응답하는 단계는 포기할 수 없습니다. 취소하세요.",
      "A step whose cluster answers cannot be abandoned. Cancel it instead.",
    ],
    attempt_unreachable: [
      "실행하던 클러스터가 응답하지 않아 다시 시작할 수 없습니다. 기다리거나, 두 번 실행될 수 있음을 알고 포기하세요.",
      "Its cluster does not answer, so it cannot be started again. Wait, or abandon it knowing that it may run twice.",
    ],
    cached_result_used: [
      "다음 단계가 이 결과를 이미 썼습니다. 캐시를 끄고 새로 실행하세요.",
      "A later step has used this result. Submit the run anew without the cache.",
    ],
    abandoned: [
      "응답하지 않는 클러스터에서의 시도를 사람이 포기했습니다. 그곳에서는 끝까지 실행되었을 수 있습니다.",
      "A person gave up the attempt at a cluster that did not answer. It may have run to its end there.",
    ],
    abandon_not_understood: [
      "포기하면 두 번 실행될 수 있음을 확인해 주세요.",
      "Confirm that you know it may run twice.",
    ],
    parent_failed: [
      "앞 단계가 실패해 실행하지 않았습니다. 앞 단계를 고쳐 다시 하세요.",
      "A step before it failed, so it did not run. Correct that one and retry.",
    ],
    values_refused: [
      "앞 단계에서 온 값이 이 앱에 맞지 않습니다.",
      "A value from a step before it does not fit this app.",
    ],
    nothing_to_scatter: ["나누어 실행할 것이 없습니다.", "There is nothing to spread over."],
    app_unknown: [
      "앱을 찾을 수 없습니다. 거두었거나 이름이 다릅니다.",
      "The app cannot be found: withdrawn, or another name.",
    ],
    reserved_name: ["쓸 수 없는 단계 이름입니다.", "This step name is reserved."],
  },
  execution: {
    lost: ["실행하던 곳에서 프로그램이 사라졌습니다. 다시 시도하세요.", "The program vanished where it ran. Retry it."],
    interrupted: [
      "클러스터가 멈추면서 끊겼습니다. 새 시도로 이어집니다.",
      "It was interrupted when the cluster stopped. A new attempt follows.",
    ],
    not_ours: ["이 클러스터의 실행이 아닙니다.", "This execution does not belong to this cluster."],
  },
  hosted_run: {
    not_found: ["그 클러스터에 그런 실행이 없습니다.", "That cluster has no such run."],
    not_waiting: [
      "그 실행은 입력을 더 받지 않습니다. 이미 시작했거나 끝났습니다.",
      "That run takes no more inputs: it has begun or ended.",
    ],
    lease_ended: [
      "집 클러스터의 관심이 끊긴 지 오래되었습니다. 다시 이어지면 시작할 수 있습니다.",
      "Its home cluster has shown no interest for too long. It can begin when home is heard again.",
    ],
    hub_silent: [
      "허브에서 새 소식을 듣지 못해 시작하지 않았거나 끝냈습니다.",
      "Nothing fresh was heard from the hub, so it was not begun or was ended.",
    ],
    inputs_missing: [
      "입력 파일이 제때 오지 않아 끝냈습니다. 단계를 다시 시도하세요.",
      "Its input files did not come in time, so it was ended. Retry the step.",
    ],
    home_suspended: [
      "집 클러스터가 멈춰 있어 시작하지 않습니다. 다시 열리면 이어집니다.",
      "Its home cluster is suspended, so it does not begin. It goes on when that is lifted.",
    ],
    attempt_still_live: [
      "앞 시도가 아직 끝나지 않았습니다. 끝난 다음 다시 시도됩니다.",
      "The attempt before is still alive. It is tried again after its end.",
    ],
    lost_record: [
      "호스트의 데이터베이스를 되돌리면서 이 시도의 기록을 잃었습니다. 다시 시작되지 않으니 단계를 다시 시도하세요.",
      "The host’s database was set back and this attempt’s record was lost with it. It never starts again; retry the step.",
    ],
    older_attempt: ["이미 더 새로운 시도가 있습니다.", "There is a newer attempt already."],
    other_request: [
      "같은 시도에 다른 내용이 왔습니다. 단계를 다시 시도하세요.",
      "The same attempt came with other content. Retry the step.",
    ],
  },
  results: {
    no_receipt: [
      "결과에 서명된 영수증이 없어 받지 않았습니다. 그 클러스터 운영자에게 알려 주세요.",
      "The results came without a signed receipt and were refused. Tell that cluster’s operator.",
    ],
    bad_receipt: [
      "결과의 영수증이 맞지 않아 받지 않았습니다. 그 클러스터 운영자에게 알려 주세요.",
      "The results’ receipt does not verify, so they were refused. Tell that cluster’s operator.",
    ],
  },
  file: {
    not_readable: ["파일을 읽을 수 없습니다.", "The file cannot be read."],
    not_written: ["파일을 적지 못했습니다.", "The file could not be written."],
  },
  workflow: {
    invalid: ["워크플로우에 고칠 곳이 있습니다.", "The workflow has problems to correct."],
    not_found: ["그런 워크플로우가 없거나 볼 수 없습니다.", "There is no such workflow, or you may not see it."],
    conflict: [
      "다른 창이나 다른 사람이 먼저 고쳤습니다. 아무것도 덮어쓰지 않았습니다. 새로 열어 이어서 하세요.",
      "It was changed elsewhere first. Nothing was overwritten. Open it anew and go on.",
    ],
    read_only: [
      "볼 수만 있는 워크플로우입니다. 복사해서 고치세요.",
      "You may only read this workflow. Copy it to make changes.",
    ],
    template_forbidden: [
      "본보기로 내놓을 권한이 없습니다. 제공자나 허브 운영자가 할 수 있습니다.",
      "You may not offer templates. Providers and the hub operator may.",
    ],
    empty: ["단계가 하나도 없습니다.", "It has no steps."],
    cycle: ["단계가 서로를 기다리는 고리가 있습니다.", "Steps wait for each other in a circle."],
    too_many_steps: ["단계가 너무 많습니다.", "It has too many steps."],
  },
});
