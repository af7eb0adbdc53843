package sqlstore

// Ended receives the reason, once, why nothing can be written any more until
// the program starts anew: a newer program has migrated the database so that
// this one may not work on it, the disk did not confirm a write, or the
// embedded database's files were taken away. From then on every write is
// refused as busy.
func (s *Store) Ended() <-chan error { return s.ended }

// endWith refuses all further writes and tells why, the first time.
func (s *Store) endWith(cause error) {
	if !s.hasEnded.Swap(true) {
		s.ended <- cause
	}
}
