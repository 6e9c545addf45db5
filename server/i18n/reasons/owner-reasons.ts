import { pairs } from "../both-languages";

/** The owner's own door at a framework: its page and its operator's command. */
export const ownerReasons = pairs({
  owner: {
    not_configured: [
      "이 프레임워크에는 운영자가 로그인할 발급자가 정해져 있지 않습니다. FRAMEWORK_OIDC_ISSUER를 정하거나 명령줄(approve, revoke, status)을 쓰세요.",
      "This framework knows no issuer at which its operators sign in. Set FRAMEWORK_OIDC_ISSUER, or use the command line (approve, revoke, status).",
    ],
    issuer_unavailable: [
      "로그인 발급자가 답하지 않습니다. 잠시 뒤 다시 하세요. 명령줄은 그동안에도 됩니다.",
      "The sign-in issuer does not answer. Try again in a moment; the command line works meanwhile.",
    ],
    sign_in_failed: [
      "로그인을 확인하지 못해 아무것도 바꾸지 않았습니다. 처음부터 다시 하세요.",
      "The sign-in could not be verified, so nothing was changed. Begin again.",
    ],
    sign_in_gone: [
      "이 로그인은 끝났거나 다른 브라우저에서 시작되었습니다. 아무것도 바뀌지 않았습니다. 처음부터 다시 하세요.",
      "This sign-in is over or began in another browser. Nothing was changed. Begin again.",
    ],
    not_operator: [
      "이 계정은 이 프레임워크의 운영자가 아닙니다. 운영자 계정으로 로그인하세요.",
      "This account is no operator of this framework. Sign in with an operator’s account.",
    ],
    other_person: [
      "결정을 시작한 사람과 다른 사람이 로그인했습니다. 아무것도 바뀌지 않았습니다.",
      "Another person signed in than the one who began the decision. Nothing was changed.",
    ],
    decision_outdated: [
      "그사이에 내용이 바뀌었습니다. 다시 보고 결정하세요.",
      "It has changed in the meantime. Look at it again and decide anew.",
    ],
    wrong_terms: [
      "값이 잘못되었습니다: {names}. 수는 1 이상의 정수입니다.",
      "These values are not valid: {names}. Numbers are whole and start at 1.",
    ],
    wrong_limit: [
      "파라미터 한도로 읽을 수 없습니다: {text}. window=1..24 나 method=a,b 처럼 쓰세요.",
      "This is no parameter limit: {text}. Write window=1..24 or method=a,b.",
    ],
    gateway_unreachable: [
      "{url} 이(가) 프레임워크로 답하지 않습니다. 주소를 확인하고, 그 프레임워크가 켜져 있는지 보세요.",
      "No framework answers at {url}. Check the address, and whether that framework is running.",
    ],
    key_refused: [
      "{url} 이(가) 이 운영자 열쇠를 받지 않았습니다. 그 프레임워크의 열쇠를 --key로 주고, 두 컴퓨터의 시각을 확인하세요.",
      "{url} did not take this operator key. Give that framework’s key with --key, and check both clocks.",
    ],
    key_missing: [
      "운영자 열쇠가 없습니다. 토큰만으로는 더 허락할 수 없습니다. --key 파일로 주거나, 열쇠가 있는 KRDC_HOME에서 하세요.",
      "There is no operator’s key. A token alone can never allow more. Give --key FILE, or use the KRDC_HOME that holds the key.",
    ],
    gateway_missing: [
      "그 프레임워크의 주소를 모릅니다. --url 로 주세요.",
      "The address of that framework is not known. Give it with --url.",
    ],
    key_not_written: [
      "{file} 에 쓸 수 없거나 이미 있습니다. 있는 열쇠를 덮어쓰지 않습니다.",
      "{file} cannot be written or is there already. A key is never overwritten.",
    ],
    which_cluster: [
      "열쇠로 열 수 있는 문이 여럿입니다. --cluster 이름이나 --url 주소로 하나를 고르세요.",
      "These keys open several doors. Choose one with --cluster NAME or --url ADDRESS.",
    ],
    hub_hears_later: [
      "여기서는 효력이 있습니다. 허브는 닿는 대로 듣습니다.",
      "It holds here. The hub hears of it as soon as it can be reached.",
    ],
    no_card: [
      "그 파일에는 다른 클러스터의 이름·주소·열쇠가 없습니다. 그 운영자가 `identity` 명령으로 쓴 파일을 받으세요.",
      "That file does not hold another cluster’s name, address and key. Ask its operator for what the command `identity` writes.",
    ],
    wrong_fingerprint: [
      "지문이 다릅니다. 그 클러스터의 운영자에게 지문을 다시 물어보세요. 아무것도 바꾸지 않았습니다.",
      "The fingerprint differs. Ask that cluster’s operator for it again. Nothing was changed.",
    ],
    form_refused: [
      "양식이 이 페이지에서 온 것이 아니어서 받지 않았습니다. 페이지를 새로 열고 다시 하세요.",
      "The form did not come from this page and was refused. Open the page anew and try again.",
    ],
  },
});
