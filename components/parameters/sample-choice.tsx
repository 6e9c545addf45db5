"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { FlaskConical } from "lucide-react";
import { useTranslations } from "next-intl";
import { bytesText } from "#components/marks/bytes";
import { useBilingual } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { Menu, MenuItem } from "#components/ui/menu";
import type { Parameter } from "#server/graph/app";
import type { Bilingual } from "#server/graph/text";
import { mediaTypesMeet } from "#server/graph/types";

type Sample = { name: string; path: string; size: number; mediaType: string; title: Bilingual };

/** The data that this portal brings along; a portal without samples offers none. */
function useSamples(): readonly Sample[] {
  const { data } = useQuery({
    queryKey: ["samples"],
    queryFn: async ({ signal }) => {
      const answer = await fetch("/samples/index.json", { signal });
      return answer.ok ? ((await answer.json()) as Sample[]) : [];
    },
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  return data ?? [];
}

type Props = { parameter: Parameter; busy: boolean; onPick: (file: File) => void };

/** Sample data that this parameter takes: fetched and handed on like a file of one's own. */
export function SampleChoice({ parameter, busy, onPick }: Props) {
  const t = useTranslations("parameters");
  const say = useBilingual();
  const fitting = useSamples().filter((sample) => mediaTypesMeet(sample.mediaType, parameter.mediaType));
  const take = useMutation({
    mutationFn: async (sample: Sample) => {
      const answer = await fetch(sample.path);
      if (!answer.ok) throw new Error(`${sample.path}: ${answer.status}`);
      return new File([await answer.blob()], sample.name, { type: sample.mediaType });
    },
    onSuccess: onPick,
  });
  if (fitting.length === 0) return null;
  return (
    <Menu
      align="start"
      trigger={
        <Button size="sm" className="justify-self-start" disabled={busy} busy={take.isPending}>
          <FlaskConical aria-hidden="true" />
          {t("sample")}
        </Button>
      }
    >
      {fitting.map((sample) => (
        <MenuItem key={sample.path} onSelect={() => take.mutate(sample)}>
          <span className="min-w-0 flex-1">{say(sample.title)}</span>
          <span className="numbers text-xs text-faint">{bytesText(sample.size)}</span>
        </MenuItem>
      ))}
    </Menu>
  );
}
