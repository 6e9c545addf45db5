import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Missing } from "#components/shell/missing";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("shell"))("notFoundTitle") };
}

export default function NotFound() {
  return (
    <main>
      <Missing />
    </main>
  );
}
