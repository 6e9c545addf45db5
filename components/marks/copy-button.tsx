"use client";

import { Check, Copy } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Button } from "#components/ui/button";
import { useTell } from "#components/ui/toast";
import { Tooltip } from "#components/ui/tooltip";

type Props = { text: string; label?: string; className?: string };

/** Copies a text; where the browser refuses, it says so instead of pretending. */
export function CopyButton({ text, label, className }: Props) {
  const t = useTranslations("ui");
  const tell = useTell();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const back = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(back);
  }, [copied]);
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => {
        setCopied(true);
        tell(t("copied"), "ok");
      },
      () => tell(t("copyFailed"), "bad"),
    );
  };
  const name = label ?? t("copy");
  return (
    <Tooltip text={name}>
      <Button look="quiet" size="icon" aria-label={name} onClick={copy} {...(className ? { className } : {})}>
        {copied ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
      </Button>
    </Tooltip>
  );
}

/** Something that is shown once, easy to select and to copy. */
export function CopyField({ text, label }: { text: string; label: string }) {
  return (
    <div className="mb-3 flex items-start gap-1 rounded-md border border-edge bg-soft p-2.5">
      <code className="min-w-0 flex-1 font-mono text-xs break-all select-all">{text}</code>
      <CopyButton text={text} label={label} />
    </div>
  );
}
