"""What a test of a route says, and how what came out is compared with it. Who runs them: `adapters/testing/`."""
