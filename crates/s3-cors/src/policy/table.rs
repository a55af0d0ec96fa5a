//! A hash table for a known number of entries, with open addressing and linear probing.

/// Entries, each in the first free slot at or after the one that its hash points to. At most half
/// of the slots are taken, so that most entries are found in the first or second slot, and every
/// search ends at a free slot.
#[derive(Debug)]
pub(super) struct Table<T> {
    /// Their number is a power of two, or zero.
    slots: Box<[Option<T>]>,
}

impl<T> Table<T> {
    /// A table for at most so many entries.
    pub(super) fn with_room_for(entries: usize) -> Self {
        let count = match entries {
            0 => 0,
            entries => (2 * entries).next_power_of_two(),
        };
        Self {
            slots: (0..count).map(|_| None).collect(),
        }
    }

    /// Adds an entry for which there is room.
    pub(super) fn insert(&mut self, hash: u64, entry: T) {
        let mut slots =
            (0..self.slots.len()).map(|step| self.place((hash as usize).wrapping_add(step)));
        let free = slots.find(|slot| matches!(self.slots.get(*slot), Some(None)));
        if let Some(slot) = free.and_then(|slot| self.slots.get_mut(slot)) {
            *slot = Some(entry);
        }
    }

    pub(super) fn entries_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.slots.iter_mut().flatten()
    }

    /// The entry with this hash that `is_right` accepts.
    #[inline]
    pub(super) fn find(&self, hash: u64, is_right: impl Fn(&T) -> bool) -> Option<&T> {
        let mut slot = hash as usize;
        while let Some(Some(entry)) = self.slots.get(self.place(slot)) {
            if is_right(entry) {
                return Some(entry);
            }
            slot = slot.wrapping_add(1);
        }
        None
    }

    /// The entry of a table that has only one: it can be compared without hashing what is looked for.
    #[inline]
    pub(super) fn only(&self) -> Option<&T> {
        match &*self.slots {
            [one, other] => one.as_ref().or(other.as_ref()),
            _ => None,
        }
    }

    #[inline]
    fn place(&self, slot: usize) -> usize {
        slot & self.slots.len().wrapping_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn the_only_entry_is_that_of_a_table_with_one() {
        for hash in 0..4 {
            for count in [0, 1, 2, 3, 4] {
                let mut table = Table::with_room_for(count);
                (0..count).for_each(|number| table.insert(hash, number));
                assert_eq!(table.only().is_some(), count == 1, "{count} entries");
            }
        }
    }

    #[test]
    fn every_entry_is_found_and_nothing_else_whatever_the_hashes() {
        let hashes: [fn(&u64) -> u64; 4] = [|_| 0, |_| u64::MAX, |n| *n, |n| *n / 3];
        for hash in hashes {
            for count in [0, 1, 2, 3, 100] {
                let mut table = Table::with_room_for(count);
                (0..count).for_each(|number| table.insert(hash(&(number as u64)), number as u64));
                let count = count as u64;
                for number in 0..count + 10 {
                    let found = table.find(hash(&number), |entry| *entry == number);
                    assert_eq!(found.copied(), (number < count).then_some(number));
                }
            }
        }
    }
}
