"""The part of a data set that is drawn in chosen styles."""

from typing import List, Optional, Sequence

from .sample_source import Box, SampleError, SampleSource, SourceError, Style


class SamplesOfStyles:
    """See SampleSource: those samples of another that are drawn in one of the styles."""

    def __init__(self, source: SampleSource, styles: Sequence[str]):
        """raises SourceError where a style has no sample."""
        self.source, self.dropped = source, list(source.dropped)
        found = [self.name_of(place) for place in range(len(source))]
        for name in styles:
            if name not in found:
                known = ", ".join(sorted({style for style in found if style})) or "none"
                raise SourceError(f"data.styles: {name!r} has no sample; the data set's styles are {known}")
        self.places = [place for place, style in enumerate(found) if style in styles]

    def name_of(self, place: int) -> Optional[str]:
        try:
            style = self.source.style(place)
        except SampleError as error:
            self.dropped.append((self.source.key(place), str(error)))
            return None
        return style.name if style else None

    def __len__(self) -> int:
        return len(self.places)

    def key(self, index: int) -> str:
        return self.source.key(self.places[index])

    def captions(self, index: int) -> List[str]:
        return self.source.captions(self.places[index])

    def image(self, index: int) -> bytes:
        return self.source.image(self.places[index])

    def concept(self, index: int) -> Optional[str]:
        return self.source.concept(self.places[index])

    def style(self, index: int) -> Optional[Style]:
        return self.source.style(self.places[index])

    def box(self, index: int) -> Optional[Box]:
        return self.source.box(self.places[index])
