import { errorTable } from '@pacs-connectors/connector-core';

/** The notices that a manifest's own content causes: what cannot be listed, and what archives contradict each other about. */
export const errors = errorTable({
  'manifest.uid.invalid': {
    title: 'Invalid UIDs',
    meaning: 'The archive answered with UIDs that are not 1 to 64 digits and dots. Their objects are not listed.',
    remedy: 'Ask the archive’s administrator to correct these UIDs.',
    since: '0.2.0',
  },
  'manifest.uid.several-parents': {
    title: 'UID under several parents',
    meaning: 'The archive lists a study under several patients, or a series under several studies. It is shown once.',
    remedy: 'Check the patient before you rely on the images. Ask the archive’s administrator to merge the records.',
    since: '0.2.0',
  },
  'manifest.attributes.not-replaced': {
    title: 'Attributes not replaced',
    meaning:
      'overrideDicomTags is set for a DICOMweb archive, whose images Weasis cannot show with replaced attributes.',
    remedy: 'Remove overrideDicomTags of this archive.',
    since: '0.2.0',
  },
  'manifest.copies.not-shown': {
    title: 'Images not shown',
    meaning: 'Some images of a series are only in this archive. The viewer takes that series from another archive.',
    remedy: 'Open the images with archive=ID to see the copies of this archive.',
    since: '0.2.0',
  },
  'manifest.copies.maybe-missing': {
    title: 'Images may be missing',
    meaning:
      'The viewer shows a series from another archive, which did not list its images. This archive may have more of them.',
    remedy: 'Open the images with archive=ID to see the copies of this archive.',
    since: '0.2.0',
  },
  'manifest.copies.not-compared': {
    title: 'Copies not compared',
    meaning: 'This archive named studies or series without their images. The copies of another archive are shown.',
    remedy: 'Open the images with archive=ID to see the copies of this archive.',
    since: '0.2.0',
  },
  'manifest.copies.incomplete': {
    title: 'Incomplete copies',
    meaning: 'This archive has fewer images of a series than another one. The viewer shows all of them.',
    remedy: 'Nothing needs to be done. An operator can find out why the archive lacks images.',
    since: '0.2.0',
  },
  'manifest.study.other-patient': {
    title: 'Listed under another patient',
    meaning: 'Two archives list the same study under different patients.',
    remedy: 'Check the patient before you rely on the images. Ask the archives’ administrators which patient is right.',
    since: '0.2.0',
  },
  'manifest.series.other-study': {
    title: 'Listed under another study',
    meaning: 'Two archives list the same series under different studies. It is shown once.',
    remedy: 'Check the study before you rely on the images. Ask the archives’ administrators which study is right.',
    since: '0.2.0',
  },
  'manifest.patient.contradictory': {
    title: 'One Patient ID, two patients',
    meaning: 'Two archives give the same Patient ID to patients with different names, birth dates or sexes.',
    remedy: 'Check the patient before you rely on the images. Configure the issuers of the Patient IDs if they differ.',
    since: '0.2.0',
  },
});

export const { codes } = errors;
