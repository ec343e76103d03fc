//! Pictures of graphs: what is folded and reduced is accounted for, and what is laid out can be read.

mod imports;

use std::collections::{BTreeMap, BTreeSet};

use dylens::graph::NodeId;
use dylens::graph::layout::{Layout, layout, layout_in_frames};
use dylens::graph::sketch::{Fold, Item, Link, Sketch};
use proptest::prelude::*;

/// Links between neighboring columns put together again: which items are joined.
fn joined(layout: &Layout) -> BTreeSet<(usize, usize)> {
    let mut found = BTreeSet::new();
    for (item, slot) in layout.slots.iter().enumerate().filter(|(_, slot)| slot.item.is_some()) {
        assert_eq!(slot.item, Some(item), "items have the slots of their own numbers");
        let mut stack = vec![item];
        while let Some(from) = stack.pop() {
            for net in layout.nets.iter().filter(|net| net.sources.contains(&from)) {
                for &to in &net.targets {
                    match layout.slots[to].item {
                        Some(target) => drop(found.insert((item, target))),
                        None => stack.push(to),
                    }
                }
            }
        }
    }
    found
}

/// What every picture has to be.
fn assert_readable(layout: &Layout, links: &[(usize, usize)]) {
    let turned: BTreeSet<(usize, usize)> = layout.turned.iter().copied().collect();
    let asked: BTreeSet<(usize, usize)> = links
        .iter()
        .filter(|(source, target)| source != target)
        .map(|&(source, target)| if turned.contains(&(source, target)) { (target, source) } else { (source, target) })
        .collect();
    assert_eq!(joined(layout), asked, "every link is drawn, and nothing else");
    let mut places = BTreeSet::new();
    for slot in &layout.slots {
        assert!(places.insert((slot.column, slot.row)), "two slots in one place: {slot:?}");
        assert!((0..layout.height).contains(&slot.row), "{slot:?} is outside");
    }
    let mut verticals: BTreeMap<(usize, usize), Vec<(i32, i32)>> = BTreeMap::new();
    for net in &layout.nets {
        let column = &layout.columns[net.column];
        if let Some(track) = net.track {
            assert!(track < column.tracks);
            verticals.entry((net.column, track)).or_default().push((net.top, net.bottom));
        }
        for detour in &net.detours {
            let row = layout.slots[detour.source].row;
            let span = (row.min(detour.row), row.max(detour.row));
            verticals.entry((net.column, detour.track)).or_default().push(span);
        }
    }
    for spans in verticals.values_mut() {
        spans.sort_unstable();
        assert!(spans.windows(2).all(|pair| pair[0].1 < pair[1].0), "two lines on one track: {spans:?}");
    }
    assert_unambiguous(layout);
}

/// The part of a source's row that its line takes and the part that a target's takes are apart, unless both are one net's
/// or lead where they seem to lead.
fn assert_unambiguous(layout: &Layout) {
    for left in &layout.nets {
        for &source in &left.sources {
            let row = layout.slots[source].row;
            let detour = left.detours.iter().find(|detour| detour.source == source);
            let reach = detour.map_or(left.track, |detour| Some(detour.track));
            for right in layout.nets.iter().filter(|right| right.column == left.column && *right != left) {
                let is_met = right.targets.iter().any(|&target| layout.slots[target].row == row);
                let is_apart = match (reach, right.track) {
                    (Some(reach), Some(track)) => reach < track,
                    (Some(_), None) => {
                        detour.is_some() || left.sources.iter().all(|source| right.sources.contains(source))
                    }
                    _ => false,
                };
                assert!(!is_met || is_apart, "{left:?}\n{right:?}");
            }
        }
    }
}

fn graphs() -> impl Strategy<Value = (usize, Vec<(usize, usize)>)> {
    (1usize..40).prop_flat_map(|count| (Just(count), proptest::collection::vec((0..count, 0..count), 0..count * 3)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_graph_is_drawn_whole_and_without_overlap((count, links) in graphs()) {
        let widths: Vec<u16> = (0..count).map(|item| 3 + (item % 7) as u16).collect();
        let picture = layout(&widths, &links, None);
        assert_readable(&picture, &links);
        prop_assert_eq!(&picture, &layout(&widths, &links, None), "the same graph gives the same picture");
    }

    #[test]
    fn columns_that_are_given_are_kept((count, links) in graphs()) {
        let columns: Vec<usize> = (0..count).map(|item| item % 5).collect();
        let links: Vec<(usize, usize)> =
            links.into_iter().filter(|&(source, target)| columns[source] != columns[target]).collect();
        let picture = layout(&vec![4; count], &links, Some(&columns));
        assert_readable(&picture, &links);
        for (item, &column) in columns.iter().enumerate() {
            prop_assert_eq!(picture.slots[item].column, column);
        }
    }
}

/// In the rows and columns of a frame, and in the row of its name, stand the items of its group alone, and all of them.
fn assert_framed(picture: &Layout, groups: &[Option<usize>]) {
    for frame in &picture.frames {
        let mut count = 0;
        for slot in picture.slots.iter().filter(|slot| slot.item.is_some()) {
            let is_in_columns = (frame.columns.0..=frame.columns.1).contains(&slot.column);
            let is_in_rows = (frame.rows.0 - 1..=frame.rows.1).contains(&slot.row);
            let is_member = slot.item.and_then(|item| groups[item]) == Some(frame.group);
            assert_eq!(is_in_columns && is_in_rows, is_member, "{frame:?} {slot:?}");
            count += usize::from(is_member);
        }
        assert!(count > 1, "one item needs no frame");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_a_frame_stands_its_group_alone((count, links) in graphs(), kinds in 1usize..7) {
        let groups: Vec<Option<usize>> = (0..count).map(|item| (item % kinds).checked_sub(1)).collect();
        let picture = layout_in_frames(&vec![4; count], &links, None, &groups);
        assert_readable(&picture, &links);
        assert_framed(&picture, &groups);
    }
}

#[test]
fn what_a_group_needs_stands_beside_its_frame() {
    // Two modules of one package, the library that both need, and one that nobody brings.
    let picture = layout_in_frames(&[5; 4], &[(0, 2), (1, 2), (2, 3)], None, &[Some(7), Some(7), Some(7), None]);
    let [frame] = picture.frames[..] else { panic!("one frame") };
    assert_eq!((frame.group, frame.columns, frame.rows.0), (7, (0, 1), 1));
    assert_eq!(picture.slots[3].row, picture.slots[2].row, "the line out of it is straight");
}

#[test]
fn a_chain_is_a_straight_line() {
    let picture = layout(&[5; 4], &[(0, 1), (1, 2), (2, 3)], None);
    assert_eq!((picture.height, picture.crossings), (1, 0));
    assert_eq!(picture.columns.iter().map(|column| column.x).collect::<Vec<_>>(), [0, 10, 20, 30]);
}

#[test]
fn links_to_one_target_pass_columns_as_one_line() {
    // Three that lead to the last over a column, beside a chain.
    let links = [(0, 3), (3, 4), (0, 4), (1, 3), (1, 4), (2, 3), (2, 4)];
    let picture = layout(&[5; 5], &links, None);
    assert_eq!(picture.slots.iter().filter(|slot| slot.item.is_none()).count(), 1);
}

#[test]
fn a_loop_is_opened_and_told() {
    let picture = layout(&[5; 3], &[(0, 1), (1, 2), (2, 0)], None);
    assert_eq!(picture.turned.len(), 1);
    assert_eq!(layout(&[], &[], None), Layout::default());
}

#[test]
fn a_picture_is_made_narrower_where_labels_are_longest() {
    let widths = [40, 8, 30];
    let mut picture = layout(&widths, &[(0, 1), (1, 2)], None);
    assert_eq!(picture.width, 88);
    picture.fit(&widths, 70, 14);
    assert_eq!(picture.columns.iter().map(|column| column.width).collect::<Vec<_>>(), [26, 8, 26]);
    picture.fit(&widths, 10, 14);
    assert_eq!(picture.columns.iter().map(|column| column.width).collect::<Vec<_>>(), [14, 8, 14]);
}

mod sketches {
    use super::*;

    fn sketch(count: usize, links: &[(usize, usize)]) -> Sketch {
        let items = (0..count).map(|at| Item { nodes: vec![NodeId::new(at)], ..Item::default() }).collect();
        let ends: BTreeSet<(usize, usize)> = links.iter().copied().filter(|(a, b)| a != b).collect();
        let links = ends.into_iter().map(|(source, target)| Link { source, target, edges: 1 }).collect();
        Sketch { items, links, ..Sketch::default() }
    }

    /// Which nodes are reached from each node, by way of the items they are in.
    fn reached(sketch: &Sketch, count: usize) -> Vec<BTreeSet<usize>> {
        let item = |node: usize| sketch.item_of(NodeId::new(node)).expect("every node is in an item");
        let from = |node: usize| {
            let mut seen = BTreeSet::new();
            let mut stack = vec![item(node)];
            while let Some(at) = stack.pop() {
                let next = sketch.links.iter().filter(|link| link.source == at).map(|link| link.target);
                stack.extend(next.filter(|target| seen.insert(*target)));
            }
            (0..count).filter(|&other| seen.contains(&item(other))).collect()
        };
        (0..count).map(from).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_edge_is_lost_without_being_counted((count, links) in graphs(), most in 2usize..9) {
            let mut sketch = sketch(count, &links);
            let edges = sketch.edges();
            sketch.fold(Fold::Package, |item| (item.node().index() % 5 == 1).then_some(()));
            prop_assert_eq!(sketch.edges(), edges);
            sketch.fold_twins(2, |item| (item.fold == Fold::No).then(|| item.node().index() % 2));
            prop_assert_eq!(sketch.edges(), edges);
            sketch.fold_cycles();
            prop_assert_eq!(sketch.edges(), edges);
            prop_assert!(sketch.cycles().is_empty());
            sketch.reduce(|_, _| false);
            prop_assert_eq!(sketch.edges(), edges);
            sketch.cap(|_| most, |item| item.node(), |item| item.node().index() % 7 == 0);
            prop_assert_eq!(sketch.edges(), edges);
            let nodes: BTreeSet<NodeId> = sketch.items.iter().flat_map(|item| item.nodes.clone()).collect();
            prop_assert_eq!(nodes.len(), count, "every node is in exactly one item");
            prop_assert_eq!(sketch.items.iter().map(|item| item.nodes.len()).sum::<usize>(), count);
        }

        #[test]
        fn what_is_implied_is_still_reached((count, links) in graphs()) {
            let whole = sketch(count, &links);
            let mut reduced = whole.clone();
            reduced.reduce(|_, target| target.node().index() % 4 == 0);
            prop_assert_eq!(reached(&whole, count), reached(&reduced, count));
            for link in whole.links.iter().filter(|link| link.target % 4 == 0) {
                prop_assert!(reduced.links.contains(link), "a link that must be kept is kept");
            }
        }
    }

    #[test]
    fn a_longer_way_implies_the_shorter() {
        let mut picture = sketch(3, &[(0, 1), (1, 2), (0, 2)]);
        picture.reduce(|_, _| false);
        assert_eq!((picture.ends(), picture.implied), (vec![(0, 1), (1, 2)], 1));
    }

    #[test]
    fn twins_are_one_and_few_stay_apart() {
        let links: Vec<(usize, usize)> = (0..5).map(|module| (module, 5)).collect();
        let mut picture = sketch(6, &links);
        picture.fold_twins(3, |item| (item.node().index() != 4).then_some(()));
        assert_eq!(picture.items.len(), 3, "four twins, one that never folds, and what they need");
        assert_eq!(picture.items[0].nodes.len(), 4);
        assert_eq!(picture.links[0].edges, 4);
        let mut few = sketch(3, &[(0, 2), (1, 2)]);
        few.fold_twins(3, |_| Some(()));
        assert_eq!(few.items.len(), 3);
    }

    #[test]
    fn a_column_without_room_keeps_what_it_must() {
        let mut picture = sketch(10, &[]);
        picture.cap(|_| 4, |item| item.node(), |item| item.node().index() == 8);
        let kept: Vec<usize> =
            picture.items.iter().filter(|item| item.fold == Fold::No).map(|item| item.node().index()).collect();
        assert_eq!(kept, [0, 1, 2, 8]);
        assert_eq!(picture.items.iter().find(|item| item.fold == Fold::Rest).map(|rest| rest.nodes.len()), Some(6));
    }
}
