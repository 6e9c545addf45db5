import { appReasons } from "../reasons/app-reasons";
import { keyReasons } from "../reasons/key-reasons";
import { ownerReasons } from "../reasons/owner-reasons";
import { permissionReasons } from "../reasons/permission-reasons";
import { portalReasons } from "../reasons/portal-reasons";
import { runReasons } from "../reasons/run-reasons";

/** Why something was refused or went wrong: the stable code as nested keys, who can fix it in the sentence. */
export const reasonsMessages = {
  ko: {
    ...portalReasons.ko,
    ...permissionReasons.ko,
    ...appReasons.ko,
    ...runReasons.ko,
    ...ownerReasons.ko,
    ...keyReasons.ko,
  },
  en: {
    ...portalReasons.en,
    ...permissionReasons.en,
    ...appReasons.en,
    ...runReasons.en,
    ...ownerReasons.en,
    ...keyReasons.en,
  },
};
