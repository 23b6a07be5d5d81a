import { Setting } from '../reader/setting.js';

/** `logging`: what the server logs. */
export class LoggingSettings {
  @Setting({
    paths: ['minimum-level'],
    description: 'Lowest level that is logged; the line of each manifest has level info; default: info',
    values: ['error', 'warn', 'info', 'debug'],
  })
  minimumLevel: 'error' | 'warn' | 'info' | 'debug' = 'info';

  @Setting({
    paths: ['identifiers'],
    description: 'How identifiers of patients, studies and images are logged; default: hashed',
    values: ['hashed', 'clear'],
  })
  identifiers: 'hashed' | 'clear' = 'hashed';

  @Setting({
    paths: ['hash-key'],
    description: 'Any long text: the same identifier has the same hash in every replica and after a restart',
    secret: true,
  })
  hashKey?: string;
}
