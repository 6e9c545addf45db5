/**
 * Says what is being done and for how long; a step that takes no time says nothing more.
 * @param {{ steps: number, write: (line: string) => void }} shape
 */
export function createProgress({ steps, write }) {
  let number = 0;
  return {
    /** @param {[string, string]} words */
    note: ([english, korean]) => write(`      ${english} · ${korean}`),
    /**
     * @template T
     * @param {[string, string]} words
     * @param {() => Promise<T> | T} work
     * @returns {Promise<T>}
     */
    async step([english, korean], work) {
      number += 1;
      const label = `[${number}/${steps}]`;
      write(`${label} ${english} · ${korean} …`);
      const begin = performance.now();
      const seconds = () => ((performance.now() - begin) / 1000).toFixed(1);
      const ticker = setInterval(() => write(`${label} … ${Math.round(Number(seconds()))} s`), 10_000);
      try {
        const result = await work();
        if (Number(seconds()) >= 0.5) write(`${label} ${seconds()} s`);
        return result;
      } finally {
        clearInterval(ticker);
      }
    },
  };
}
