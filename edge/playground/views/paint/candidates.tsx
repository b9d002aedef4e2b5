import type { JSX } from 'preact';
import type { Images } from '../../../client/api-types.ts';
import { Thumbnail } from '../../parts/thumbnail.tsx';

export interface CandidatesProps {
  readonly images: Images;
  /** What they show. */
  readonly title: string;
  /** Seed of the picture on the screen. */
  readonly seed: number;
  readonly onChoose: (seed: number) => void;
}

/** Candidates, the best first: each one's score, and whose judgement that is. */
export function Candidates({ images, title, seed, onChoose }: CandidatesProps): JSX.Element | null {
  const { data, best_of: bestOf } = images;
  if (!bestOf) return null;
  const { candidates, judge, judge_name: name, caveat } = bestOf;
  return (
    <section class="candidates" aria-labelledby="candidates-title">
      <h2 id="candidates-title">
        {data.length === candidates ? `${candidates} candidates` : `The best ${data.length} of ${candidates}`}
      </h2>
      <ol>
        {data.map((image, rank) => (
          <li key={image.fingerprint}>
            <button type="button" aria-pressed={image.seed === seed} onClick={() => onChoose(image.seed)}>
              <Thumbnail
                url={image.url ?? ''}
                alt={`${title}, seed ${image.seed}`}
                px={96}
                thumbhash={image.thumbhash}
              />
              <span>
                <b>{image.score?.toFixed(3)}</b> {rank === 0 ? 'best' : `seed ${image.seed}`}
              </span>
            </button>
          </li>
        ))}
      </ol>
      <p class="hint">
        Scores by <b>{name ?? judge}</b>
        {name === undefined ? '.' : ', which took no part in the training.'} {caveat}
      </p>
    </section>
  );
}
