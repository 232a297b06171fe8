"""Protocol Buffers' wire format, walked where it stands."""
