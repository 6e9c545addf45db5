import { frameworkEnv, ownerCommandEnv } from "#server/env";
import { log } from "#server/log";
import { runOwnerCommand } from "./owner-command/owner-command";
import { runService } from "./run-service";

const words = process.argv.slice(2);

/** Without words this is the service of one cluster; with words it is its owner's command. */
if (words.length === 0) {
  Promise.resolve()
    .then(() => runService(frameworkEnv()))
    .catch((error: unknown) => {
      log.fatal({ error }, "the framework could not start");
      process.exit(1);
    });
} else {
  process.exitCode = await runOwnerCommand(words, {
    env: ownerCommandEnv(),
    write: (text) => void process.stdout.write(text),
    note: (text) => void process.stderr.write(text),
    now: () => new Date(),
  });
}
