"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { callApi, codeOf } from "#components/api/call-api";
import { useReason } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { useTell } from "#components/ui/toast";
import { parseAppRef } from "#server/graph/workflow";

type Props = { app: string; look?: "plain" | "go"; onPublished?: () => void };

/** Puts one version into the market; from then on it never changes. */
export function PublishButton({ app, look = "plain", onPublished }: Props) {
  const t = useTranslations("apps");
  const tell = useTell();
  const reason = useReason();
  const queries = useQueryClient();
  const { cluster, name, version = "" } = parseAppRef(app);
  const publish = useMutation({
    mutationFn: () =>
      callApi(`/api/v1/apps/${cluster}/${name}/versions/${encodeURIComponent(version)}/publish`, { method: "POST" }),
    onSuccess: async () => {
      tell(t("published", { app: name }), "ok");
      onPublished?.();
      await queries.invalidateQueries({ queryKey: ["my-apps"] });
    },
    onError: (error) => tell(reason(codeOf(error)), "bad"),
  });
  return (
    <Button look={look} size={look === "go" ? "md" : "sm"} busy={publish.isPending} onClick={() => publish.mutate()}>
      {publish.isPending ? t("publishing") : t("publish")}
    </Button>
  );
}
