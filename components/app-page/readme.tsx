import Markdown from "react-markdown";
import rehypeSanitize from "rehype-sanitize";

/**
 * An app's own description. Whoever wrote it is not trusted: only sanitised markdown is shown, images not at all,
 * since a remote one would tell its server who reads here.
 */
export function Readme({ text }: { text: string }) {
  return (
    <div className="max-w-[76ch] space-y-3 [&_a]:text-accent [&_a]:underline [&_a]:underline-offset-2 [&_code]:rounded-sm [&_code]:bg-soft [&_code]:px-1 [&_code]:font-mono [&_code]:text-[0.92em] [&_h3]:mt-5 [&_h3]:text-base [&_h4]:mt-4 [&_li]:my-0.5 [&_ol]:list-decimal [&_ol]:pl-5 [&_pre]:overflow-x-auto [&_pre]:rounded-md [&_pre]:bg-soft [&_pre]:p-3 [&_ul]:list-disc [&_ul]:pl-5">
      <Markdown
        rehypePlugins={[rehypeSanitize]}
        components={{
          h1: "h3",
          h2: "h3",
          h3: "h4",
          img: ({ alt }) => (alt ? <span className="text-dim">[{alt}]</span> : null),
          a: ({ href, children }) => (
            <a href={href} target="_blank" rel="noopener noreferrer nofollow">
              {children}
            </a>
          ),
        }}
      >
        {text}
      </Markdown>
    </div>
  );
}
