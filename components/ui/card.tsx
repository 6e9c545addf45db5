import type { ComponentProps, ReactNode } from "react";
import { cn } from "./class-names";

export function Card({ className, ...rest }: ComponentProps<"div">) {
  return <div className={cn("rounded-lg border border-line bg-card", className)} {...rest} />;
}

/** The usual measure and margins of a room; rooms that fill the screen use `h-room` instead. */
export function Page({ className, ...rest }: ComponentProps<"div">) {
  return <div className={cn("mx-auto w-full max-w-[1320px] px-4 py-5 md:px-7", className)} {...rest} />;
}

type SectionProps = { title: ReactNode; aside?: ReactNode; children: ReactNode; className?: string; id?: string };

/** A titled part of a page. */
export function Section({ title, aside, children, className, id }: SectionProps) {
  return (
    <section id={id} className={cn("scroll-mt-16", className)}>
      <div className="mb-2 flex flex-wrap items-center justify-between gap-2">
        <h2 className="text-base">{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

type HeadProps = { title: ReactNode; sub?: ReactNode; children?: ReactNode };

/** A page's own head: one h1, what it means, and what can be done. */
export function PageHead({ title, sub, children }: HeadProps) {
  return (
    <header className="mb-5 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        <h1 className="text-xl">{title}</h1>
        {sub ? <p className="mt-0.5 max-w-[72ch] text-dim">{sub}</p> : null}
      </div>
      {children ? <div className="flex flex-wrap items-center gap-2">{children}</div> : null}
    </header>
  );
}
