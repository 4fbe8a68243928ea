"""The processing lane of a route, while a shift holds it."""

from __future__ import annotations

from router.delivery.sending import Desk, Pace, or_exhausted
from router.delivery.telling import tell
from router.ledger import Claim
from router.process import Processor


class ProcessServer:
    """Serves one claimed processing lane of a route."""

    def __init__(self, desk: Desk, claim: Claim) -> None:
        self.desk = desk
        self.claim = claim
        self.processor = Processor(desk.ledger, desk.table, desk.reader, desk.mark, desk.isolate)
        self.pace = Pace()

    async def serve(self) -> None:
        lost = False
        try:
            lost = await self._turns()
        finally:
            self.desk.mark(0)
            if not lost:
                await self.desk.write(self.desk.ledger.release, self.claim)

    @or_exhausted
    async def _turns(self) -> bool:
        """Whether the lane was lost."""
        while not self.claim.paused and not self.desk.stopping():
            works = self.desk.ledger.open_work(self.claim, 4)
            if not works:
                break
            for work in works:
                for choice in self.processor.turns(self.claim, work):
                    renewed = await self.desk.write(self.desk.ledger.choose, self.claim, choice)
                    if renewed is None:
                        return True
                    self.claim = renewed
                    tell(self.desk, self.claim.target, choice.dead)
                    if self.desk.stopping():
                        return False
                    await self.pace()
        return False
