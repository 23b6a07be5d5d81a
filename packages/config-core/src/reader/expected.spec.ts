import { describe, expect, it } from '@jest/globals';
import {
  IsDefined,
  IsIn,
  IsInt,
  IsOptional,
  IsPositive,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateBy,
} from 'class-validator';
import { checkConfiguration } from '../check.js';
import { readConfiguration } from '../read-configuration.js';
import { Setting } from './setting.js';

const IsEven = () =>
  ValidateBy({
    name: 'isEven',
    validator: {
      validate: (value) => Number(value) % 2 === 0,
      defaultMessage: () => '$property must be even, not $value',
    },
  });

/** What a third party's settings class may hold. */
class Settings {
  @Setting({ paths: ['range'], description: 'd' })
  @IsInt()
  @Min(1)
  @Max(9)
  range: number = 1;

  @Setting({ paths: ['least'], description: 'd' })
  @IsOptional()
  @Min(0.5)
  least?: number;

  @Setting({ paths: ['positive'], description: 'd', kind: 'integer' })
  @IsOptional()
  @IsPositive()
  positive?: number;

  @Setting({ paths: ['choice'], description: 'd' })
  @IsOptional()
  @IsIn(['a', 'b'])
  choice?: string;

  @Setting({ paths: ['code'], description: 'd' })
  @IsOptional()
  @Length(2, 3)
  code?: string;

  @Setting({ paths: ['short'], description: 'd' })
  @IsOptional()
  @MaxLength(3)
  short?: string;

  @Setting({ paths: ['long'], description: 'd' })
  @IsOptional()
  @MinLength(3)
  long?: string;

  @Setting({ paths: ['form'], description: 'd' })
  @IsOptional()
  @Matches(/^x/)
  form?: string;

  @Setting({ paths: ['said'], description: 'd' })
  @IsOptional()
  @Matches(/^x/, { message: 'must be a word with x' })
  said?: string;

  @Setting({ paths: ['even'], description: 'd', kind: 'integer' })
  @IsOptional()
  @IsEven()
  even?: number;

  @Setting({ paths: ['secret'], description: 'd', kind: 'integer', secret: true })
  @IsOptional()
  @IsEven()
  secret?: number;

  @Setting({ paths: ['ports'], description: 'd', kind: 'list' })
  @IsDefined()
  ports!: string[];
}

async function problemOf(line: string): Promise<string> {
  const text = `connector.config.x: { type: X, wado.authentication.basic.url: http://a, ports: [a], ${line} }`;
  const { problems } = checkConfiguration(await readConfiguration([{ name: 'a.yml', text }], {}), [
    { type: 'X', settings: Settings },
  ]);
  expect(problems.length).toBeLessThanOrEqual(1);
  return problems[0]
    ? `${problems[0].key.split('.').pop()!}: found ${problems[0].found}, expected ${problems[0].expected}`
    : '';
}

describe("class-validator's decorators in words", () => {
  it.each([
    ['range: 5', ''],
    ['range: 10', 'range: found "10", expected an integer from 1 to 9'],
    ['range: 1.5', 'range: found "1.5", expected an integer from 1 to 9'],
    ['range: x', 'range: found "x", expected an integer from 1 to 9'],
    ['least: 0.1', 'least: found "0.1", expected a number of at least 0.5'],
    ['positive: 0', 'positive: found "0", expected an integer of at least 1'],
    ['choice: c', 'choice: found "c", expected one of a, b'],
    ['code: abcd', 'code: found "abcd", expected a text, 2 to 3 characters'],
    ['short: abcd', 'short: found "abcd", expected a text, at most 3 characters'],
    ['long: ab', 'long: found "ab", expected a text, at least 3 characters'],
    ['form: a', 'form: found "a", expected a text, of the form /^x/'],
    ['said: a', 'said: found "a", expected a word with x'],
    ['even: 3', 'even: found "3", expected an integer, even, not 3'],
    ['secret: 37', 'secret: found a value that is not shown, expected an integer, even, not ******'],
  ])('%s', async (line, problem) => expect(await problemOf(line)).toBe(problem));

  it('names what is missing, and its purpose', async () => {
    const text = 'connector.config.x: { type: X, wado.authentication.basic.url: http://a }';
    const document = await readConfiguration([{ name: 'a.yml', text }], {});
    expect(checkConfiguration(document, [{ type: 'X', settings: Settings }]).problems).toMatchObject([
      { key: 'connector.config.x.ports', found: 'nothing', expected: 'a list (d)' },
    ]);
  });
});
