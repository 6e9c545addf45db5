import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";

/** What each kind of sample is, by its ending; whatever else lies in the folder is no sample. */
const MEDIA_TYPES = {
  ".csv": "text/csv",
  ".fasta": "text/x-fasta",
  ".geojson": "application/geo+json",
  ".json": "application/json",
};

const TITLES = {
  "co2-mauna-loa.csv": ["마우나로아 이산화탄소, 주간 1958–2001", "CO2 at Mauna Loa, weekly 1958–2001"],
  "earthquakes.geojson": ["전 세계 지진 1,200건, 2018년 2월", "1,200 earthquakes of the world, February 2018"],
  "nile-flow.csv": ["나일강 유량, 해마다 1871–1970", "Flow of the Nile, yearly 1871–1970"],
  "phix174-proteins.fasta": ["phiX174 단백질 11개", "The 11 proteins of phiX174"],
  "phix174.fasta": ["phiX174 유전체", "Genome of phiX174"],
  "sea-temperature.csv": ["적도 태평양 바닷물 온도, 달마다 1950–2010", "Sea temperature, Niño 1+2, monthly 1950–2010"],
  "structures/copper.json": ["구리 결정 구조", "Crystal structure of copper"],
  "structures/halite.json": ["암염 결정 구조", "Crystal structure of halite"],
  "structures/quartz.json": ["석영 결정 구조", "Crystal structure of quartz"],
  "structures/silicon.json": ["규소 결정 구조", "Crystal structure of silicon"],
  "sunspots.csv": ["태양 흑점 수, 해마다 1700–2008", "Sunspots, yearly 1700–2008"],
  "yersinia-plasmid.fasta": ["페스트균 플라스미드 pPCP1", "Plasmid pPCP1 of Yersinia pestis"],
};

/**
 * Puts the sample data where browsers find it, with a list of it.
 * @param {string} from
 * @param {string} to
 */
export function copySampleData(from, to) {
  if (!existsSync(from)) return;
  const items = sampleFiles(from).map((path) => {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    copyFileSync(join(from, path), join(to, path));
    return sampleItem(path, statSync(join(from, path)).size);
  });
  writeFileSync(join(to, "index.json"), `${JSON.stringify(items, null, 2)}\n`);
}

const sampleFiles = (folder) =>
  readdirSync(folder, { recursive: true })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => extname(path) in MEDIA_TYPES)
    .sort();

/**
 * @param {string} path within the folder of samples
 * @param {number} size
 */
export function sampleItem(path, size) {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const [ko, en] = TITLES[path] ?? [name, name];
  return { name, path: `/samples/${path}`, size, mediaType: MEDIA_TYPES[extname(path)], title: { ko, en } };
}
