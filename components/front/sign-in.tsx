"use client";

import Link from "next/link";
import { signIn } from "next-auth/react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { LogoMark } from "#components/shell/logo";
import { Button } from "#components/ui/button";
import { Card } from "#components/ui/card";
import { Notice } from "#components/ui/empty-state";

const known: Record<string, "signin" | "callback" | "denied" | "ended" | "configuration"> = {
  Signin: "signin",
  OAuthSignin: "signin",
  OAuthCallback: "callback",
  OAuthCallbackError: "callback",
  Callback: "callback",
  AccessDenied: "denied",
  SessionRequired: "ended",
  SessionEnded: "ended",
  Configuration: "configuration",
};

type Props = { back: string; error?: string };

/** Our own sign-in page: one button, and what went wrong in words. */
export function SignIn({ back, error }: Props) {
  const t = useTranslations("front");
  const [busy, setBusy] = useState(false);
  const code = error === undefined ? undefined : known[error];
  const go = () => {
    setBusy(true);
    signIn("krdc", { callbackUrl: back }).catch(() => setBusy(false));
  };
  return (
    <div className="grid flex-1 place-items-center px-5 pb-24">
      <Card className="w-full max-w-[400px] p-7">
        <LogoMark className="mb-4 size-9" />
        <h1 className="text-xl">{t("signInTitle")}</h1>
        <p className="mt-1 text-dim">{t("signInLead")}</p>
        {error === undefined ? null : (
          <Notice tone={code === "ended" ? "warn" : "bad"} className="mt-4">
            {code ? t(`errors.${code}`) : t("errors.other", { code: error.slice(0, 60) })}
          </Notice>
        )}
        <Button look="go" size="lg" busy={busy} onClick={go} className="mt-5 w-full">
          {busy ? t("signInBusy") : t("signInButton")}
        </Button>
        <p className="mt-4 text-center text-sm">
          <Link href="/" className="text-accent underline-offset-2 hover:underline">
            {t("backToStart")}
          </Link>
        </p>
      </Card>
    </div>
  );
}
