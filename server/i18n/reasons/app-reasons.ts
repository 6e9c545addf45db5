import { pairs } from "../both-languages";

/** Apps: sources, builds, publishing, and how a program ended. */
export const appReasons = pairs({
  app: {
    not_found: ["그런 앱이 없거나 볼 수 없습니다.", "There is no such app, or you may not see it."],
    not_published: [
      "아직 게시되지 않은 앱입니다. 제공자가 게시해야 합니다.",
      "The app is not published yet. Its provider must publish it.",
    ],
    publish_forbidden: [
      "이 앱을 게시할 수 있는 사람이 아닙니다. 제공자나 클러스터 운영자에게 부탁하세요.",
      "You may not publish this app. Ask its provider or the cluster’s operator.",
    ],
    register_forbidden: [
      "이 클러스터에 앱을 등록할 권한이 없습니다. 그 운영자에게 제공자 역할을 요청하세요.",
      "You may not register apps in this cluster. Ask its operator for the provider role.",
    ],
    wrong_digest: [
      "앱의 이미지가 지문과 다릅니다. 그 클러스터 운영자에게 알려 주세요.",
      "The app’s image differs from its digest. Tell that cluster’s operator.",
    ],
    not_a_provider: [
      "이 클러스터에 앱을 등록할 권한이 없습니다. 그 운영자에게 제공자 역할을 요청하세요.",
      "You may not register apps in this cluster. Ask its operator for the provider role.",
    ],
    other_cluster: [
      "다른 클러스터의 앱입니다. 그 클러스터에서 하세요.",
      "The app belongs to another cluster. Do this there.",
    ],
    version_taken: [
      "같은 버전이 이미 다른 내용으로 있습니다. krdc.app.json의 version을 올리세요.",
      "That version exists with other content. Raise “version” in krdc.app.json.",
    ],
    version_exists: [
      "같은 버전이 이미 있습니다. krdc.app.json의 version을 올리세요.",
      "That version exists already. Raise “version” in krdc.app.json.",
    ],
    withdrawn: ["거둔 버전입니다. 다른 버전을 쓰세요.", "This version was withdrawn. Use another one."],
    image_missing: [
      "앱의 이미지가 클러스터에 없습니다. 제공자가 다시 등록해야 합니다.",
      "The app’s image is missing in the cluster. Its provider must register it again.",
    ],
    manifest_missing: [
      "main.py도 krdc.app.json도 없습니다. 둘 중 하나를 폴더 맨 위에 두세요.",
      "There is neither main.py nor krdc.app.json. Put one at the top of the folder.",
    ],
    manifest_not_json: [
      "krdc.app.json이 JSON이 아닙니다. 쉼표와 따옴표를 확인하세요.",
      "krdc.app.json is not JSON. Check commas and quotes.",
    ],
    manifest_invalid: [
      "krdc.app.json에 맞지 않는 것이 있습니다. 기록에 어디인지 나옵니다.",
      "krdc.app.json has something wrong; the log says where.",
    ],
    requirements_failed: [
      "requirements.txt의 것을 설치하지 못했습니다. 이름과 판을 확인하세요.",
      "What requirements.txt names could not be installed. Check names and versions.",
    ],
    build_tool_failed: [
      "빌드 도구가 실패했습니다. 기록의 끝을 보세요.",
      "A build tool failed. See the end of the log.",
    ],
    secret_not_supported: [
      "비밀 파라미터는 아직 받지 않습니다. 값이 명령줄에 드러나기 때문입니다. secret을 빼고 다시 등록하세요.",
      "Secret parameters are not taken yet, because their values would show in the command line. Register without secret.",
    ],
    probe_no_parser: [
      "프로그램이 argparse로 파라미터를 읽지 않습니다. main.py에서 parse_args()를 부르세요.",
      "The program does not read parameters by argparse. Call parse_args() in main.py.",
    ],
    probe_raised: [
      "파라미터를 읽기 전에 프로그램이 멈췄습니다: {message}",
      "The program stopped before it read its parameters: {message}",
    ],
    probe_failed: [
      "프로그램의 파라미터를 읽지 못했습니다. argparse까지 오류 없이 가는지 확인하세요.",
      "The program’s parameters could not be read. Check that it reaches argparse without error.",
    ],
    parameters_unclear: [
      "파라미터의 뜻이 분명하지 않습니다. krdc.app.json에 적어 주세요.",
      "Some parameters are unclear. Describe them in krdc.app.json.",
    ],
    argument_not_supported: [
      "쓸 수 없는 argparse 인자가 있습니다. 기록에 이름이 나옵니다.",
      "An argparse argument is not supported; the log names it.",
    ],
    hint_without_argument: [
      "krdc.app.json이 프로그램에 없는 파라미터를 적었습니다.",
      "krdc.app.json names a parameter that the program does not have.",
    ],
    value_missing: [
      "프로그램이 약속한 값을 적지 않았습니다. 앱 제공자에게 알려 주세요.",
      "The program did not write a value it promised. Tell its provider.",
    ],
    values_not_flat_json: [
      "프로그램이 적은 값을 읽을 수 없습니다. 앱 제공자에게 알려 주세요.",
      "The values that the program wrote cannot be read. Tell its provider.",
    ],
    output_missing: [
      "프로그램이 결과 파일을 만들지 않았습니다. 입력과 기록을 보고, 아니면 제공자에게 알려 주세요.",
      "The program made no result file. Look at inputs and log, or tell its provider.",
    ],
    output_not_a_file: [
      "프로그램이 파일이 아닌 것을 결과로 남겼습니다. 제공자에게 알려 주세요.",
      "The program left something that is no file as its result. Tell its provider.",
    ],
    output_not_single: [
      "한 개여야 할 결과가 여러 개입니다. 제공자에게 알려 주세요.",
      "There are several results where one is expected. Tell its provider.",
    ],
    exited: [
      "프로그램이 오류로 끝났습니다. 실행 기록의 끝을 보세요.",
      "The program ended with an error. See the end of its log.",
    ],
    killed: [
      "프로그램이 강제로 끝났습니다. 메모리가 모자랐을 수 있습니다.",
      "The program was killed. It may have run out of memory.",
    ],
    deadline: [
      "허용된 시간을 넘겼습니다. 입력을 줄이거나 제공자에게 시간을 늘려 달라고 하세요.",
      "It took longer than allowed. Use a smaller input or ask the provider for more time.",
    ],
    not_started: [
      "프로그램을 시작하지 못했습니다. 클러스터 운영자에게 알려 주세요.",
      "The program could not be started. Tell the cluster’s operator.",
    ],
    too_large: [
      "소스가 허용된 크기보다 큽니다. 자료 파일은 빼고 입력으로 주세요.",
      "The sources are larger than allowed. Leave data out and give it as input.",
    ],
    empty_folder: ["묶음이 비어 있습니다.", "The archive is empty."],
    not_a_folder: ["폴더가 아닙니다.", "This is not a folder."],
    link_in_folder: [
      "심볼릭 링크는 받지 않습니다. 파일로 바꾸어 올리세요.",
      "Symbolic links are not taken. Replace them by files.",
    ],
    git_not_available: [
      "아직 git 주소로 등록할 수 없습니다. 폴더를 묶어 올리세요.",
      "Registering from git is not available yet. Upload an archive.",
    ],
  },
  build: {
    failed: ["빌드하지 못했습니다. 기록의 끝을 보세요.", "The build failed. See the end of its log."],
    not_found: ["그런 빌드가 없거나 볼 수 없습니다.", "There is no such build, or you may not see it."],
  },
  runtime: {
    already_ended: [
      "이 시도는 이미 끝났습니다. 다시 하려면 새 시도를 시작하세요.",
      "This attempt has ended already. Retry the step for a new one.",
    ],
    bad_name: [
      "클러스터가 이 이름으로 실행할 수 없습니다. 운영자에게 알려 주세요.",
      "The cluster cannot run under this name. Tell its operator.",
    ],
    cannot_start: [
      "클러스터가 프로그램을 시작하지 못했습니다. 그 운영자에게 알려 주세요.",
      "The cluster could not start the program. Tell its operator.",
    ],
  },
});
