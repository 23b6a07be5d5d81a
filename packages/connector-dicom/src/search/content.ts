import { type InstanceAnswer, type SeriesAnswer, type TreeAnswer } from './answers.js';

/** Series and instances below some studies, however they were asked for. */
export interface Content {
  series: SeriesAnswer[];
  instances: InstanceAnswer[];
}

export function contentOfTree(tree: readonly TreeAnswer[]): Content {
  const series = new Map<string, SeriesAnswer>();
  const instances = tree.map(({ studyInstanceUid, series: attributes, instance }) => {
    const { seriesInstanceUid } = attributes;
    if (!series.has(seriesInstanceUid)) series.set(seriesInstanceUid, { studyInstanceUid, series: attributes });
    return { studyInstanceUid, seriesInstanceUid, instance };
  });
  return { series: [...series.values()], instances };
}

export function joinContent(...parts: readonly Content[]): Content {
  return { series: parts.flatMap(({ series }) => series), instances: parts.flatMap(({ instances }) => instances) };
}

/** Returns the part of `branches` below these studies. */
export function contentOfStudies(branches: Content, studyUids: ReadonlySet<string>): Content {
  return {
    series: branches.series.filter(({ studyInstanceUid }) => studyUids.has(studyInstanceUid)),
    instances: branches.instances.filter(({ studyInstanceUid }) => studyUids.has(studyInstanceUid)),
  };
}

/** Returns the number of distinct instances of each study. */
export function countByStudy({ instances }: Content): Map<string, number> {
  const uids = new Map<string, Set<string>>();
  for (const { studyInstanceUid, instance } of instances) {
    const known = uids.get(studyInstanceUid);
    if (known) known.add(instance.sopInstanceUid);
    else uids.set(studyInstanceUid, new Set([instance.sopInstanceUid]));
  }
  return new Map([...uids].map(([studyUid, sopUids]) => [studyUid, sopUids.size]));
}

/** Returns whether both have the same instances and the same series with instances, with equal attributes. */
export function sameContent(left: Content, right: Content): boolean {
  return fingerprint(left) === fingerprint(right);
}

function fingerprint({ series, instances }: Content): string {
  const filled = new Set(instances.map(({ seriesInstanceUid }) => seriesInstanceUid));
  const lines = [
    ...series
      .filter((answer) => filled.has(answer.series.seriesInstanceUid))
      .map((answer) => JSON.stringify([answer.studyInstanceUid, answer.series])),
    ...instances.map((answer) => JSON.stringify(answer)),
  ];
  return [...new Set(lines)].sort().join('\n');
}
