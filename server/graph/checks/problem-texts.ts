/** Facts that a sentence names in braces. */
export type ProblemFacts = Record<string, string | number>;

/** Every problem that the workflow rules can find, in words that say what to do; the browser and the command line show them as they are. */
export const PROBLEM_TEXTS = {
  "json.syntax": { ko: "JSON으로 읽을 수 없습니다: {what}", en: "This is not readable as JSON: {what}" },
  "json.duplicate_key": { ko: "이름 {key}이(가) 두 번 쓰였습니다.", en: "The name {key} is written twice." },
  "json.bad_key": {
    ko: "이름에 쓸 수 없는 글자가 있습니다: {key}",
    en: "The name has characters that are not allowed: {key}",
  },
  "json.broken_text": {
    ko: "글자가 깨져 있습니다(짝이 없는 대리 문자).",
    en: "The text is broken (an unpaired surrogate).",
  },
  "json.too_deep": {
    ko: "{limit}단계보다 깊이 겹칠 수 없습니다.",
    en: "Nesting deeper than {limit} levels is not allowed.",
  },
  "document.unknown_field": { ko: "알 수 없는 항목입니다: {field}", en: "Unknown field: {field}" },
  "document.missing_field": { ko: "꼭 있어야 하는 항목이 없습니다.", en: "This field is required." },
  "document.wrong_type": { ko: "{expected} 형식이어야 합니다.", en: "This must be of type {expected}." },
  "document.not_allowed": { ko: "다음 중 하나여야 합니다: {allowed}", en: "This must be one of: {allowed}" },
  "document.too_large": {
    ko: "{limit}보다 크거나 길 수 없습니다.",
    en: "This may not be larger or longer than {limit}.",
  },
  "document.too_small": {
    ko: "{limit}보다 작거나 짧을 수 없습니다.",
    en: "This may not be smaller or shorter than {limit}.",
  },
  "document.bad_name": { ko: "쓸 수 없는 이름입니다: {name}", en: "This name is not allowed: {name}" },
  "document.bad_format": { ko: "형식이 맞지 않습니다.", en: "This does not have the expected form." },
  "document.bad_value": {
    ko: '값, 목록, 파일 또는 {"from": "단계.포트"} 여야 합니다.',
    en: 'This must be a value, a list, a file or {"from": "step.port"}.',
  },
  "workflow.empty": { ko: "단계가 하나도 없습니다. 앱을 추가하세요.", en: "There is no step yet. Add an app." },
  "workflow.too_many_steps": {
    ko: "단계가 {count}개입니다. 최대 {limit}개까지 됩니다.",
    en: "There are {count} steps; at most {limit} are allowed.",
  },
  "workflow.cycle": {
    ko: "단계들이 서로를 기다립니다: {steps}. 연결 하나를 지우세요.",
    en: "These steps wait for each other: {steps}. Remove one of the links.",
  },
  "step.reserved_name": {
    ko: "단계 이름으로 inputs는 쓸 수 없습니다(워크플로우 입력을 뜻합니다).",
    en: "A step cannot be named inputs: that means the workflow's inputs.",
  },
  "step.app_unknown": {
    ko: "앱 {app}을(를) 찾을 수 없습니다. 이름과 버전을 확인하거나 마켓에서 다시 고르세요.",
    en: "The app {app} was not found. Check its name and version or choose it again in the market.",
  },
  "with.unknown_parameter": {
    ko: "{app}에는 {name} 파라미터가 없습니다.",
    en: "{app} has no parameter {name}.",
  },
  "with.output_given": {
    ko: "{name}은(는) 출력입니다. 출력 경로는 시스템이 정하므로 지우세요.",
    en: "{name} is an output. The system sets output paths: remove it.",
  },
  "with.missing": { ko: "꼭 필요한 입력 {name}이(가) 비어 있습니다.", en: "The required input {name} is missing." },
  "with.exclusive": {
    ko: "{name}과(와) {other}은(는) 함께 쓸 수 없습니다.",
    en: "{name} and {other} cannot be given together.",
  },
  "value.wrong_type": { ko: "{expected} 값이어야 합니다.", en: "The value must be of type {expected}." },
  "value.not_a_list": { ko: "{expected} 목록이어야 합니다.", en: "The value must be a list ({expected})." },
  "value.not_a_choice": { ko: "다음 중 하나여야 합니다: {choices}", en: "The value must be one of: {choices}" },
  "value.too_small": { ko: "{limit} 이상이어야 합니다.", en: "The value must be at least {limit}." },
  "value.too_large": { ko: "{limit} 이하여야 합니다.", en: "The value must be at most {limit}." },
  "value.wrong_length": {
    ko: "값이 정확히 {length}개여야 합니다(지금 {count}개).",
    en: "Exactly {length} values are needed, there are {count}.",
  },
  "value.empty_list": { ko: "값이 하나 이상 있어야 합니다.", en: "At least one value is needed." },
  "value.media_type": {
    ko: "파일 형식이 {expected}이어야 하는데 {actual}입니다.",
    en: "The file must be {expected}, but it is {actual}.",
  },
  "value.bad_file_name": { ko: "쓸 수 없는 파일 이름입니다: {name}", en: "This file name is not allowed: {name}" },
  "argument_not_expressible:control": {
    ko: "명령줄로 전달할 수 없는 글자(줄바꿈, 제어 문자, 깨진 글자)가 있습니다.",
    en: "The value has characters that no command line can carry (line breaks, control characters, broken text).",
  },
  "argument_not_expressible:leading": {
    ko: "따로 전달되는 값은 {first}(으)로 시작할 수 없습니다. 프로그램이 옵션으로 읽습니다.",
    en: "A value that is passed on its own cannot begin with {first}: the program would read it as an option.",
  },
  "argument_not_expressible:too_long": {
    ko: "값이 명령줄로 전달하기에 너무 깁니다. 파일로 전달하세요.",
    en: "The value is too long for a command line. Pass it as a file.",
  },
  "argument_not_expressible:positional": {
    ko: "이 값들은 순서만으로는 프로그램이 구별할 수 없습니다. 앞에 있는 선택 값도 채우세요.",
    en: "The program cannot tell these values apart by their order. Fill in the optional value before this one too.",
  },
  "argument_not_expressible:default": {
    ko: "프로그램의 기본값 때문에 이 값은 전달할 수 없습니다.",
    en: "The program's own default makes it impossible to pass this value.",
  },
  "argument_not_expressible:kind": {
    ko: "명령줄로 전달할 수 없는 값입니다.",
    en: "A command line cannot carry this kind of value.",
  },
  "link.step_missing": { ko: "단계 {step}이(가) 없습니다.", en: "There is no step {step}." },
  "link.input_missing": { ko: "워크플로우 입력 {port}이(가) 없습니다.", en: "There is no workflow input {port}." },
  "link.port_missing": { ko: "단계 {step}에는 출력 {port}이(가) 없습니다.", en: "Step {step} has no output {port}." },
  "link.needs_scatter": {
    ko: "{from}은(는) 목록인데 {name}은(는) 하나만 받습니다. scatter에 {name}을(를) 추가하면 하나씩 실행합니다.",
    en: "{from} is a list and {name} takes one. Add {name} to scatter to run once for each.",
  },
  "type.kind_mismatch": { ko: "{from}을(를) {to}에 연결할 수 없습니다.", en: "{from} cannot be connected to {to}." },
  "type.media_mismatch": {
    ko: "파일 형식이 다릅니다: {from}을(를) 내보내는데 {to}을(를) 받습니다.",
    en: "The file types differ: this gives {from}, that takes {to}.",
  },
  "type.nested_list": {
    ko: "목록의 목록은 연결할 수 없습니다.",
    en: "A list of lists cannot be connected.",
  },
  "scatter.unknown_port": { ko: "{app}에는 입력 {name}이(가) 없습니다.", en: "{app} has no input {name}." },
  "scatter.repeated": { ko: "{name}이(가) scatter에 두 번 있습니다.", en: "{name} stands twice in scatter." },
  "scatter.not_bound": {
    ko: "{name}에 값이 없어 나눌 것이 없습니다.",
    en: "{name} has no value, so there is nothing to scatter.",
  },
  "scatter.not_a_list": {
    ko: "{name}의 값이 목록이 아니어서 나눌 수 없습니다.",
    en: "The value of {name} is not a list, so it cannot be scattered.",
  },
  "scatter.list_port": {
    ko: "{name}은(는) 이미 목록을 받으므로 나눌 수 없습니다.",
    en: "{name} takes a whole list already and cannot be scattered.",
  },
  "scatter.unequal": {
    ko: "함께 나누는 목록들의 길이가 다릅니다: {lengths}",
    en: "The lists that are scattered together differ in length: {lengths}",
  },
  "when.syntax": {
    ko: "조건을 {position}번째 글자부터 읽을 수 없습니다: {what}",
    en: "The condition cannot be read from character {position}: {what}",
  },
  "when.unknown_reference": {
    ko: "조건의 {reference}이(가) 없습니다.",
    en: "{reference} in the condition does not exist.",
  },
  "when.not_a_value": {
    ko: "조건에는 글, 수, 참/거짓 값만 쓸 수 있습니다: {reference}",
    en: "A condition can only use text, numbers and true/false: {reference}",
  },
  "when.not_comparable": { ko: "비교할 수 없는 값입니다: {what}", en: "These values cannot be compared: {what}" },
  "when.not_boolean": {
    ko: "조건의 결과는 참 또는 거짓이어야 합니다: {what}",
    en: "A condition must be true or false: {what}",
  },
  "input.unknown": { ko: "이 워크플로우에는 입력 {name}이(가) 없습니다.", en: "This workflow has no input {name}." },
  "input.missing": { ko: "입력 {name}에 값이 필요합니다.", en: "The input {name} needs a value." },
  "input.bad_text": {
    ko: "{expected} 값으로 읽을 수 없습니다: {text}",
    en: "This is not readable as {expected}: {text}",
  },
  "input.file_expected": { ko: "파일을 골라야 합니다.", en: "A file must be chosen here." },
  "ready.output_missing": {
    ko: "{from}이(가) 만들어지지 않았는데 {name}에 꼭 필요합니다.",
    en: "{from} was not written, and {name} needs it.",
  },
  "placement.download_not_available": {
    ko: "앱 {app}의 이미지를 {home}(으)로 내려받아 실행하는 기능은 아직 없습니다. 배치를 자동 또는 원격으로 바꾸세요.",
    en: "Downloading the image of {app} to run it at {home} is not available yet. Set the placement to auto or remote.",
  },
  "agreement.parameter_out_of_bounds": {
    ko: "협약이 {name}에 허락한 값이 아닙니다({bound}).",
    en: "The agreement does not allow this value of {name} ({bound}).",
  },
  "agreement.egress_refused": {
    ko: "{app}은(는) 네트워크를 쓰는데, 협약은 네트워크를 쓰는 앱을 허락하지 않습니다.",
    en: "{app} uses a network, and the agreement allows no app that does.",
  },
  no_route: {
    ko: "{home}에서 {host}(으)로 {file}({size} MiB)을(를) 보낼 길이 없습니다. 두 클러스터 모두 밖에서 닿는 주소가 없어 파일 하나에 {most} MiB까지만 오갑니다. 둘 가운데 한 곳의 운영자가 주소를 열면 보낼 수 있습니다. 아니면 더 작은 파일을 쓰거나 {host}을(를) 집으로 고르세요.",
    en: "There is no way for {file} ({size} MiB) from {home} to {host}: neither has an address that the other can reach, so each file may have {most} MiB at most. It can be sent once the operator of either opens an address. Or use a smaller file, or choose {host} as home.",
  },
} as const satisfies Record<string, { ko: string; en: string }>;

/** What stands behind a colon only chooses the sentence; the code that others see ends before it. */
export type ProblemCode = keyof typeof PROBLEM_TEXTS;
